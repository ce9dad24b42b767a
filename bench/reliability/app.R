# The app of the reliability scenarios: a handler that waits without using the CPU.

#* @get /nap
function(seconds = "0.02") {
  Sys.sleep(as.numeric(seconds))
  "done"
}
