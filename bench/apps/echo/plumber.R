#* The smallest handler that still takes an argument
#* @param msg what to say
#* @get /echo
function(msg = "") {
  list(msg = paste0("The message is: '", msg, "'"))
}
