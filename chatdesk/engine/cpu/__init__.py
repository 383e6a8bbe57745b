"""Which of llama.cpp's variants for processors computes on this machine.

A packaged llama.cpp brings its processor code several times, from SSE4.2 to AVX-512, and each variant tells a score: 0
where this processor lacks its instructions. The highest score is not always right: a compiler's fault or an operating
system that hides an instruction make a variant crash or answer wrongly, and some processors are slower with the wider
instructions. So the variants are tried in child processes (`trials`, `trial_child`), where a crash is nobody's loss:

- before llama.cpp computes for the first time, the best first, on fixed text; the first that is as sure of the same
  tokens as the plainest variant, or as is known of the starter model, is used (`choice`). The model file that it
  answered with needs no probe then;
- later, while the app has nothing to do, each that answers rightly is timed (`timing`); one that is clearly faster is
  used from the next start on.

What came of it is remembered until the processor or llama.cpp changes (`records`). What is chosen is loaded and made
known to ggml (`backends`), and the app's own children are told of it (`in_use`).
"""
