#* Takes as long as the request says
#* @post /sleep
function(seconds) {
  Sys.sleep(seconds)
  "done"
}

#* @post /brief
function() "done"

#* Waits, like a database query or a call of another service
#* @get /wait
function() {
  Sys.sleep(0.05)
  "done"
}
