# Needs the package lme4: install.packages("lme4")
# The effects are drawn first, then the errors of all rows, group after group
set.seed(1673)
n <- rep(5, 5)
true_mean <- 16 + 1 * rnorm(5)
y <- rep(true_mean, n) + rnorm(sum(n), 0, 5)
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
  estimate <- unname(coef(lm(y ~ 0 + g)))
  estimate
})

# REML BLUP
# Note: The group means lie no further apart than chance would put them (F(4, 20) = 0.97, p = .45),
#   so the spread between groups is estimated as 0 and every group is predicted at the population
#   mean.
result[["reml"]] <- local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = TRUE)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  estimate
})

# ML BLUP
# Note: The group means lie no further apart than chance would put them (F(4, 20) = 0.97, p = .45),
#   so the spread between groups is estimated as 0 and every group is predicted at the population
#   mean.
result[["ml"]] <- local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = FALSE)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  estimate
})

# James–Stein
result[["james_stein"]] <- local({
  n <- as.vector(table(g))
  means <- as.vector(tapply(y, g, mean))
  df <- length(y) - nlevels(g)
  pooled <- sum((y - means[g])^2) / df
  center <- mean(y)
  spread <- sum(n * (means - center)^2)
  bound <- (nlevels(g) - 3) * df / (df + 2) * pooled
  weight <- if (spread <= bound) 0 else 1 - bound / spread
  estimate <- center + weight * (means - center)
  estimate
})

# Grand mean
result[["grand_mean"]] <- local({
  estimate <- rep(mean(y), nlevels(g))
  estimate
})

print(result, row.names = FALSE)

# Root mean squared distance from the true means in this one draw: the closest first
print(sort(sqrt(colMeans((result[-(1:4)] - result$true_mean)^2))))
