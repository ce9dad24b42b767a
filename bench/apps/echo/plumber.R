#* The smallest handler with an argument
#* @param msg what to say
#* @get /echo
function(msg = "") {
  list(msg = paste0("The message is: '", msg, "'"))
}
