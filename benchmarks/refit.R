# lme4's refit in a loop: Rscript refit.R ROWS GROUPS PER_GROUP REPLICATES. ROWS holds one replicate after the other,
# group after group, as doubles. Times refit() alone, after a first lmer(); prints JSON.
suppressPackageStartupMessages(library(lme4))
arguments <- commandArgs(trailingOnly = TRUE)
groups <- as.integer(arguments[2])
per_group <- as.integer(arguments[3])
replicates <- as.integer(arguments[4])
rows <- groups * per_group
y <- matrix(readBin(arguments[1], "double", rows * replicates, endian = "little"), rows)
data <- data.frame(y = y[, 1], g = factor(rep(seq_len(groups), each = per_group)))
model <- suppressMessages(lmer(y ~ 1 + (1 | g), data))
quiet <- suppressMessages(refit(model, y[, 1]))

sigma_group <- numeric(replicates)
seconds <- 0
cpu_seconds <- 0
for (r in seq_len(replicates)) {
  spent <- system.time(fitted <- suppressMessages(refit(model, y[, r])))
  seconds <- seconds + spent[["elapsed"]]
  cpu_seconds <- cpu_seconds + spent[["user.self"]] + spent[["sys.self"]]
  sigma_group[r] <- attr(VarCorr(fitted)$g, "stddev")[[1]]
}
cat(sprintf(
  '{"seconds": %.17g, "cpu_seconds": %.17g, "sigma_group": [%s]}\n',
  seconds, cpu_seconds, paste(sprintf("%.17g", sigma_group), collapse = ", ")
))
