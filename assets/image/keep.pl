# Keeps the address of a gateway while that starts again.
#
#   perl keep.pl penstock serve /app …
#
# Binds the public address, starts the command, and passes the socket as systemd does (LISTEN_FDS). If a signal kills the
# gateway, such as the kernel's when memory runs out, it is started again at once. Until it accepts connections again, they
# wait in the kernel instead of being refused. Requests that it was answering are lost.
#
# It also reaps processes that have lost their parent, so it can be process 1 of a container. Perl, because each image
# based on Debian has it, and it takes a fraction of another Node's memory.
use strict;
use warnings;
use POSIX ();
use Socket qw(:addrinfo :DEFAULT IPPROTO_IPV6 IPV6_V6ONLY);

# A gateway that has run for this time, in seconds, works: the next start after it does not wait.
use constant PROVEN => 10;
# Starts in a row that end before that. Then the container ends, and whoever started it decides.
use constant MOST_FAILURES => 5;

my @command = @ARGV;
my ($child, $stopping);

# The value of an option: the last flag, else the environment, which both override penstock.yaml. If the host or the port is
# in neither of them, the gateway opens its address itself.
sub option {
  my ($name, $variable) = @_;
  my $value = $ENV{$variable};
  for my $i (0 .. $#command) {
    $value = $1 if $command[$i] =~ /^--\Q$name\E=(.*)/s;
    $value = $command[$i + 1] if $command[$i] eq "--$name";
  }
  return $value;
}

# A socket that is bound but does not listen: the gateway listens when it is ready. Undefined if that is not possible, so
# that the gateway tries itself and says what is wrong.
sub bound {
  my ($host, $port) = @_;
  return undef unless defined $host && defined $port && $port =~ /^\d+$/;
  my ($error, $address) = getaddrinfo($host, $port, { flags => AI_PASSIVE, socktype => SOCK_STREAM });
  return undef if $error;
  socket(my $socket, $address->{family}, SOCK_STREAM, 0) or return undef;
  setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, pack('l', 1));
  setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, pack('l', 0)) if $address->{family} == AF_INET6;
  return bind($socket, $address->{addr}) ? $socket : undef;
}

# Signals wait meanwhile: none must reach the handlers of this process in the child, where it would be lost.
sub start {
  my ($socket) = @_;
  my ($all, $before) = (POSIX::SigSet->new, POSIX::SigSet->new);
  $all->fillset;
  POSIX::sigprocmask(POSIX::SIG_BLOCK, $all, $before);
  exit(0) if $stopping;
  $child = fork();
  die "keep.pl: fork: $!\n" unless defined $child;
  if ($child == 0) { $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP QUIT USR1 USR2) }
  POSIX::sigprocmask(POSIX::SIG_SETMASK, $before);
  return if $child > 0;
  if (defined $socket) {
    fileno($socket) == 3 || POSIX::dup2(fileno($socket), 3);
    @ENV{qw(LISTEN_FDS LISTEN_PID)} = (1, $$);
  }
  exec { $command[0] } @command or POSIX::_exit(127);
}

# One line in the format of the gateway's log.
sub report {
  my ($signal, $delay) = @_;
  my @now = gmtime;
  printf qq({"level":"error","time":"%s","event":"gateway-killed","signal":%d,"msg":"The gateway was killed by signal %d. )
    . qq(Starting it again in %.1f s; new connections wait."}\n), POSIX::strftime('%Y-%m-%dT%H:%M:%S.000Z', @now),
    $signal, $signal, $delay;
}

# Waits for the child, and for whatever else this process has to reap. Returns its status.
sub ended {
  while (1) {
    my $pid = waitpid(-1, 0);
    return $? if $pid == $child;
    return 0 if $pid == -1 && $!{ECHILD};
  }
}

exec { $command[0] } @command or die "keep.pl: $command[0]: $!\n" if ($command[1] // '') ne 'serve';

$| = 1;
$^F = 3; # descriptor 3 stays open in the gateway
my $socket = bound(option('host', 'PENSTOCK_HOST'), option('port', 'PENSTOCK_PORT'));
for my $signal (qw(TERM INT HUP QUIT USR1 USR2)) {
  $SIG{$signal} = sub {
    if ($signal eq 'TERM' || $signal eq 'INT') {
      $stopping = 1;
      close($socket) if defined $socket; # so that the address is free as soon as the gateway has closed it
    }
    kill($signal, $child) if $child;
  };
}
for (my $failures = 0; ;) {
  my $since = time;
  start($socket);
  my $status = ended();
  $child = 0;
  my $signal = $status & 127;
  exit($status >> 8) if $signal == 0;
  $failures = time - $since >= PROVEN ? 0 : $failures + 1;
  exit(128 + $signal) if $stopping || $failures >= MOST_FAILURES;
  my $delay = $failures <= 1 ? 0 : 2 ** ($failures - 2);
  report($signal, $delay);
  select(undef, undef, undef, $delay) if $delay > 0;
  exit(128 + $signal) if $stopping;
}
