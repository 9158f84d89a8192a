"""A shelf camera's day: photos, what they show, what was taken."""
