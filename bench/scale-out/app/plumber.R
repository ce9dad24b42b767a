#* Waits, like a database query or a call of another service
#* @get /wait
function() {
  Sys.sleep(0.05)
  "done"
}
