#* @filter cors
function(req, res) {
  res$setHeader("Access-Control-Allow-Origin", "*")
  if (req$REQUEST_METHOD == "OPTIONS") {
    res$setHeader("Access-Control-Allow-Methods", "*")
    res$setHeader("Access-Control-Allow-Headers", "*")
    res$status <- 200
    return(list())
  }
  plumber::forward()
}
#* @get /echo
function(res, msg = "") {
  list(msg = paste0("The message is: '", msg, "'"))
}
