print "gate\n";
