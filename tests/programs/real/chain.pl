# A chain of MD5 sums, a hash table that grows, closures and sorting; one line for each round.
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);

$| = 1;
my ($link, %seen, @counters) = ('start');
push @counters, do { my $n = $_; sub { $n += $_[0] } } for 1 .. 8;
for my $round (1 .. 160) {
    for my $step (1 .. 60000) {
        $link = md5_hex($link);
        $counters[$step % 8]->(hex substr $link, 0, 4);
        $seen{substr $link, 0, 3} .= chr(97 + $step % 26) if $step % 10 == 0;
    }
    my $all = md5_hex(join '', map { "$_=$seen{$_}" } sort keys %seen);
    print "round $round $link $all ", join(' ', map { $_->(0) } @counters), "\n";
}
