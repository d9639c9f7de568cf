# The effects are drawn first, then the errors of all rows, group after group
set.seed(7)
n <- rep(8, 1)
true_mean <- -3 + 2.5 * rnorm(1)
y <- rep(true_mean, n) + rnorm(sum(n), 0, 1.25)
names(true_mean) <- paste0("g", seq_along(n))
g <- rep(names(true_mean), n)

g <- factor(g, levels = sort(unique(g), method = "radix"))
cat(length(y), "rows in", nlevels(g), "groups\n")

result <- data.frame(
  group = levels(g), n = as.vector(table(g)), raw_mean = as.vector(tapply(y, g, mean)),
  true_mean = as.vector(true_mean[levels(g)])
)

# Level means (OLS)
result[["ols"]] <- local({
  # lm(y ~ 0 + g) has these as its coefficients, but needs two groups and a column for each
  estimate <- as.vector(tapply(y, g, mean))
  estimate
})

# REML BLUP: left out, needs at least 2 groups to tell how much groups differ

# ML BLUP: left out, needs at least 2 groups to tell how much groups differ

# James–Stein: left out, needs at least 4 groups

# Grand mean
result[["grand_mean"]] <- local({
  estimate <- rep(mean(y), nlevels(g))
  estimate
})

print(result, row.names = FALSE)

# Root mean squared distance from the true means in this one draw: the closest first
print(sort(sqrt(colMeans((result[-(1:4)] - result$true_mean)^2))))
