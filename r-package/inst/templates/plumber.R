#* Greet somebody
#* @param name The name
#* @get /hello
function(name = "world") {
  paste0("hello, ", name)
}
