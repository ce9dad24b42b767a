#* Waits as a database query or another service would make it wait
#* @get /wait
function() {
  Sys.sleep(0.05)
  "done"
}
