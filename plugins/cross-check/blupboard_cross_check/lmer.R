# The answer of lme4 to the rows in the working directory: outcome.bin (doubles) and group.bin (integers from 0).
# Arguments: REML or ML, and the number of groups.
# Leaves answer.bin: mu, its standard error, sigma_group, sigma_error, log likelihood, whether the fit is
# singular, the J random effects and their J conditional variances; said.txt: versions, then messages; or
# error.txt. Ends with status 3 where lme4 is missing. Numbers travel in binary because what R reads from
# decimals can be off in the last digit.
given <- commandArgs(trailingOnly = TRUE)
if (!length(find.package("lme4", quiet = TRUE))) quit(status = 3)

write_lines <- function(text, path) {
  writeLines(enc2utf8(gsub("[[:space:]]+", " ", text)), path, useBytes = TRUE)
}
read_all <- function(path, what, size) {
  readBin(path, what, n = file.size(path) / size, size = size, endian = "little")
}
said <- character()
keep <- function(condition, how) {
  said <<- c(said, conditionMessage(condition))
  invokeRestart(how)
}

fit <- function() {
  y <- read_all("outcome.bin", "double", 8)
  g <- factor(read_all("group.bin", "integer", 4), levels = seq_len(as.integer(given[2])) - 1L)
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = given[1] == "REML")
  effects <- lme4::ranef(model, condVar = TRUE)$g
  place <- match(levels(g), rownames(effects))
  numbers <- c(
    lme4::fixef(model), sqrt(as.matrix(vcov(model))[1, 1]), sqrt(lme4::VarCorr(model)$g[1, 1]), sigma(model),
    as.numeric(logLik(model)), lme4::isSingular(model),
    effects[place, 1], as.vector(attr(effects, "postVar"))[place]
  )
  writeBin(as.double(numbers), "answer.bin", size = 8, endian = "little")
}

tryCatch(
  {
    withCallingHandlers(
      fit(),
      message = function(m) keep(m, "muffleMessage"),
      warning = function(w) keep(w, "muffleWarning")
    )
    version <- paste0("lme4 ", utils::packageDescription("lme4")$Version, " on R ", getRversion())
    write_lines(c(version, said), "said.txt")
  },
  error = function(e) write_lines(conditionMessage(e), "error.txt")
)
