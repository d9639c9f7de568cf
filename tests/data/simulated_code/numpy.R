# Needs the package lme4: install.packages("lme4")
# The random numbers are numpy's, which R cannot draw: here are the rows with all their digits
n <- c(2, 3, 4, 5, 6, 7)
true_mean <- c(1000002.3155399715, 1000003.7104657044, 1000001.7136303816, 999997.0738531536, 999998.2837929988,
  1000002.6389086007)
y <- c(1000002.4473077827, 1000001.1524549156, 1000003.6739009264, 1000004.5795946976,
  1000002.0301975204, 1000001.1416106803, 999999.3371019568, 1000000.1017082069, 999999.4114615844,
  999996.7799892398, 999995.4895450518, 999997.4129336021, 999997.2697920119, 999996.8401894729,
  999995.1378433602, 999997.6104268789, 999998.223166817, 999998.4254292313, 999996.3711232919,
  999997.6866014038, 1000001.4157597531, 1000001.6278620514, 1000003.96503188, 1000001.6294902565,
  1000002.5982564695, 1000003.7443959349, 1000001.9094080598)
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
result[["reml"]] <- local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = TRUE)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  estimate
})

# ML BLUP
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
