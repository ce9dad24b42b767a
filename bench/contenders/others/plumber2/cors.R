library(plumber2)
#* @any /*
function(request, response) {
  response$set_header("Access-Control-Allow-Origin", "*")
  if (request$method == "options") {
    response$set_header("Access-Control-Allow-Methods", "*")
    response$set_header("Access-Control-Allow-Headers", "*")
    response$status <- 200L
    return(Break)
  }
  Next
}

#* @get /echo
#* @query msg:string("")
#* @serializer json
function(query) list(msg = paste0("The message is: '", query$msg, "'"))
