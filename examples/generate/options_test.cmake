# Every stage and draw that GENERATE has an option for writes a text, the same one twice; and a bad value is answered with the stage's own sentence.
function(generate result output)
    execute_process(COMMAND ${GENERATE} --length 12 ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE code)
    set(${result} "${code}" PARENT_SCOPE)
    set(${output} "${text}" PARENT_SCOPE)
endfunction()

foreach(arguments
        "--temperature=0.5" "--dynamic-temperature=0.5,1.5" "--quadratic=0.2,1.5" "--softcap=10" "--skew=-0.5" "--softmax"
        "--top-k=5,1,all" "--top-p=0.9,min_keep=2" "--min-p=0.1" "--typical=0.9" "--top-n-sigma=1.5" "--epsilon-cutoff=0.01" "--eta-cutoff=0.01"
        "--tail-free=0.9" "--top-a=0.1" "--xtc=0.5,0.05,protect=['<s>','.']" "--xtc-mean=0.5" "--top-h=0.5" "--top-h-sum=0.5" "--p-less"
        "--p-less-norm" "--p-less=2" "--min-k=3" "--repetition-penalty=1.2,64" "--frequency-penalty=0.5,over=both" "--presence-penalty=0.5"
        "--penalties=1.2,0.1,0.1" "--dry=0.8,1.75,1,breakers=['.',',']" "--no-repeat-ngram=2" "--encoder-repetition=1.2" "--bad-words=['the mat','big dog']"
        "--sequence-bias=['on the mat': 2]" "--min-tokens=12,stop" "--exponential-length=3,1.1,eos='<s>'" "--logit-bias=['␣m': 2, 262: -1]" "--ban=['␣m',' b']"
        "--allow-only=[' the',' m','.']" "--allow=letters,ban" "--letters=abcdeh ;--allow=letters,ban" "--suppress-at-begin=[' m']" "--force=0,' b'"
        "--guidance=unprompted,1.5" "--contrastive=unprompted,0.1,0.5"
        "--greedy" "--categorical" "--gumbel" "--mirostat" "--mirostat=3,0.1" "--mirostat-v1=3" "--adaptive-p=0.3"
        "--only;--top-k=40;--temperature=2;--top-k=3;--repetition-penalty=1.1;--xtc=0.5;--dry=0.8;--mirostat=5,0.1"
        "--pipeline=penalties(1.1, window=64) | ban([' m', 262]) | guidance(unprompted, 1.5) | top_k(40) | temperature(0.8) | mirostat")
    generate(code text ${arguments})
    generate(again_code again ${arguments} --explain)
    if(NOT code EQUAL 0 OR NOT again_code EQUAL 0 OR text STREQUAL "")
        message(SEND_ERROR "${arguments}: ${code}, ${text}")
    endif()
    # The explanation ends with the text.
    string(FIND "${again}" "\n${text}" at REVERSE)
    if(at EQUAL -1)
        message(SEND_ERROR "${arguments}: not the same text with --explain:\n${text}${again}")
    endif()
endforeach()

# The greatest seed is one, and another than the one below it.
generate(code greatest --seed 18446744073709551615)
generate(below_code below --seed 18446744073709551614)
if(NOT code EQUAL 0 OR NOT below_code EQUAL 0 OR greatest STREQUAL below)
    message(SEND_ERROR "the greatest seeds: ${code}, ${greatest}, ${below_code}, ${below}")
endif()

generate(code usual --seed 7)
foreach(arguments "--temperature=0.7" "--min-p=0.05" "--top-k=40;--top-p=0.95" "--only;--temperature=0.7;--top-k=40;--top-p=0.95;--min-p=0.05")
    generate(code text --seed 7 ${arguments})
    if(NOT text STREQUAL usual)
        message(SEND_ERROR "${arguments}: not the usual pipeline")
    endif()
endforeach()

# A pipeline as text is that of the options.
generate(code text --seed 7 "--pipeline=temperature(0.7) | top_k(40) | top_p(0.95) | min_p(0.05) | categorical")
if(NOT text STREQUAL usual)
    message(SEND_ERROR "--pipeline: ${code}, ${text}")
endif()

foreach(bad
        "--top-k=-1;top_k: k must be 0" "--top-k=many;expected a whole number, found 'many'" "--top-k=1,1,all,1;too many parameters" "--min-p=2;min_p: p must lie in"
        "--dry=1,base=0.5;dry: multiplier must be" "--dry=1,bass=2;nearest is 'base'" "--xtc=2;xtc: probability must lie" "--ban=['nothing of this'];this one has"
        "--ban=[stop];found 'stop'" "--logit-bias=[' m'];expected ':'" "--force=3;force needs 'id'" "--mirostat=-1;mirostat: tau and eta"
        "--temperature=-0.5;temperature: t must be" "--temperature=1e99;1e99 is beyond the range of float"
        "--top-k=2147483648;2147483648 is out of the range of whole numbers here" "--ban=[99999999999];is out of the range" "--min-tokens=3;min_tokens needs 'stop'"
        "--guidance=unpromted;nearest is 'unprompted'" "--pipeline=topk(3)|greedy;there is no stage or draw 'topk'" "--pipeline=greedy | top_k(3);          ^"
        "--seed=99999999999999999999;it must be a whole number from 0 to 18446744073709551615" "--seed=-1;--seed" "--seed=1.5;not a number"
        "--sequence=18446744073709551616;it must be a whole number from 0 to 18446744073709551615"
        "--length=99999999999999999999;not in range 0 to 1000000" "--length=4294967298;not in range 0 to 1000000")
    list(GET bad 0 argument)
    list(GET bad 1 sentence)
    generate(code text ${argument})
    string(FIND "${text}" "${sentence}" at)
    if(NOT code EQUAL 2 OR at EQUAL -1)
        message(SEND_ERROR "${argument}: ${code}, ${text}")
    endif()
endforeach()

# One pipeline, and one draw of it.
foreach(two "--pipeline=greedy --top-k=3" "--gumbel --mirostat")
    separate_arguments(two)
    generate(code text ${two})
    if(NOT code EQUAL 2)
        message(SEND_ERROR "${two}: ${code}, ${text}")
    endif()
endforeach()
