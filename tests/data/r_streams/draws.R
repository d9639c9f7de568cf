# What R draws, with 17 significant digits: Rscript draws.R SEED... prints seed,call,position,value.
# The last lines, under seed 0, belong to no seed.

stopifnot(identical(RNGkind(), c("Mersenne-Twister", "Inversion", "Rejection")))

show <- function(seed, call, position, value)
  writeLines(sprintf("%d,%s,%.17g,%.17g", seed, call, position, value))

part <- c(1:10, 700:710) # the state of 624 words is renewed in between
few <- c(1, 1000)

writeLines("seed,call,position,value")
for (seed in as.integer(commandArgs(TRUE))) {
  set.seed(seed)
  show(seed, "runif", part, runif(710)[part])
  set.seed(seed)
  show(seed, "rnorm", part, rnorm(710)[part])
  set.seed(seed)
  show(seed, "mixed", 1:9, c(rnorm(3), runif(3), rnorm(3)))
  for (shape in c(0.1, 0.5, 4, 100)) {
    set.seed(seed)
    show(seed, paste("qgamma", shape), few, qgamma(runif(1000), shape)[few])
  }
  for (df in c(1, 2.1, 4.5, 30)) {
    set.seed(seed)
    show(seed, paste("qt", df), few, qt(runif(1000), df)[few])
  }
}

p <- c(2^-60, 1e-18, 1e-12, 1.3e-11, 1.4e-11, 1e-6, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.9249, 0.9251, 1 - 1e-6, 1 - 2^-53)
show(0L, "qnorm", p, qnorm(p))

set.seed(1)
.Random.seed[2] <- 1L # the position: the first word is used up
.Random.seed[4:5] <- c(0L, 1L) # the second would give a uniform of 0
show(0L, "zero", 1:2, runif(2))
