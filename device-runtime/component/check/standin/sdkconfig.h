/* Which chip it is, tests say with -D. */
