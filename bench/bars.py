"""What a token may cost at most, in passes of the same run: r reads the row, e is the weight kernel alone over a row of floats.

A bar is of a pipeline, a kind of rows and a scalar, at 128256 tokens.
"""
VOCABULARY = "128256"
ROWS = ("peaked", "hot", "zipf", "flat", "masked", "ties")

# pipelines, how many of which pass, scalars
TABLE = [
    ("dynamic_temperature quadratic softcap guidance guidance_alone xtc_mean p_less_norm adaptive_p_alone gumbel_alone", 3, "e", "float"),
    ("contrastive contrastive_alone top_n_sigma min_p min_k top_p eta_cutoff p_less top_a", 2, "e", "float"),
    ("typical", 3, "e", "float"),
    ("tail_free top_h top_h_sum", 8, "e", "float"),
    ("skew", 15, "e", "float"),
    ("temperature mirostat softmax epsilon_cutoff xtc", 1.15, "e", "float"),
    ("greedy top_k", 1.35, "r", "float"),
    ("default", 1.6, "r", "float"),
    ("penalties allow_half", 1.8, "r", "float"),
    ("default", 2.2, "r", "half bfloat16"),
    ("default", 1.3, "r", "double"),
    ("temperature", 3, "e", "double"),
]

BARS = {f"pipeline/{name}/{row}/{scalar}/{VOCABULARY}": (factor, unit)
        for names, factor, unit, scalars in TABLE for name in names.split() for row in ROWS for scalar in scalars.split()}
