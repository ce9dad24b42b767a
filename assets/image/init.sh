# Starts a command as process 1 of a container, which has to reap the processes that lose their parent. Node can't.
#
#   sh init.sh penstock serve /app …
#
# If there is Perl, keep.pl does it, and keeps the address of a gateway that is killed. Otherwise this shell does: it reaps
# whatever ends while it waits, and passes signals on.
if [ "$2" = serve ] && command -v perl >/dev/null; then exec perl "${0%init.sh}keep.pl" "$@"; fi
child=
stopping=
for signal in HUP INT QUIT TERM USR1 USR2; do
  trap "if [ -n \"\$child\" ]; then kill -s $signal \"\$child\"; else stopping=$signal; fi" "$signal"
done
"$@" <&0 &
child=$!
case $stopping in INT | TERM) kill -s "$stopping" "$child" ;; esac
# A signal ends the wait, too.
while wait "$child"; code=$?; [ "$code" -gt 128 ] && kill -s 0 "$child" 2>/dev/null; do :; done
exit "$code"
