"""What a device watches: doors, shelves, coolers. Pictures and readings in, events out."""
