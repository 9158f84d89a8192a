"""Events kept on a device until the hub has them: append, account, quota, losses."""
