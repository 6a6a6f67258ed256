# A forking server on a Unix socket and three clients, who ask it for every step of a computation.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($clients, $rounds) = (3, 300);
my $path = "$ENV{BLCR_TEST_DIR}/server.sock";
unlink $path;
my $listener = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 5) or die "listen: $!";
$| = 1;

sub step {
    my ($value) = @_;
    $value = ($value * 1103515245 + 12345) % 2147483648 for 1 .. 2000;
    return $value;
}

my $server = fork // die "fork: $!";
if ($server == 0) {
    $SIG{CHLD} = 'IGNORE';
    while (1) {
        my $client = $listener->accept or next;
        my $pid = fork // die "fork: $!";
        if ($pid == 0) {
            while (my $line = <$client>) {
                print $client step($line), "\n";
            }
            exit 0;
        }
        close $client;
    }
}

my @results;
for my $number (1 .. $clients) {
    my ($ours, $theirs) = IO::Socket->socketpair(AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        my $value = $number;
        for my $round (1 .. $rounds) {
            my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path) or die "connect: $!";
            for (1 .. 3) {
                print $socket "$value\n";
                $value = <$socket>;
                chomp $value;
            }
            print "round $round\n" if $number == 1 && $round % 20 == 0;
        }
        print $theirs "$value\n";
        exit 0;
    }
    close $theirs;
    push @results, $ours;
}
select undef, undef, undef, 0.05 until -e "$ENV{BLCR_TEST_DIR}/finish"; # not before the test has seen us
for my $result (@results) {
    my $line = <$result>;
    print "result $line";
}
kill 'KILL', $server;
1 while wait != -1;
unlink $path;
