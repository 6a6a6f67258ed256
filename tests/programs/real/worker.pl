# For each number it is given, the number that is so many steps further on.
use strict;
use warnings;
use integer;

$| = 1;
while (my $line = <STDIN>) {
    my $x = $line + 0;
    $x = ($x * 1103515245 + 12345) & 0x7fffffff for 1 .. 3000;
    print "$x\n";
}
