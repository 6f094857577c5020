#!/usr/bin/env python3
"""A grammar of small stories: it writes them, and it recognises their sentences.

    stories.py --generate 3 --seed 1
    stories.py --check --at-least 0.90 < text

One grammar serves both directions. A production is a line of words; `[Name g]` is a nonterminal with a
feature, and one-letter features range over the values in FEATURES, so `[Pronoun g] lost [Possessive g] hat`
stands for three productions and "she lost his hat" is none of them.

`[Kind g:hero]` names a slot: within a story every `Kind g:hero` is the same word, which is what makes a
story be about somebody. The recogniser judges one sentence at a time and looks past the slots.

`a(n)` agrees with the word that follows it. A leading `3*` is a production's weight when writing.
"""

import argparse
import random
import re
import sys

FEATURES = {"g": ("he", "she", "it"), "h": ("he", "she", "it")}

GRAMMAR = r"""
# ---------------------------------------------------------------- arcs

Story = [Opening g] [Habit g] [Wish g] [Journey g] [Trouble g] [Mood g] [Help g h] [Ending g h]
      | [Opening g] [Wish g] [Journey g] [Meeting g h] [Ask g h] [Help g h] [Ending g h]
      | [Opening g] [Wish g] [Trouble g] [Help g h] [Thanks g h] [Ending g h]
      | [Opening g] [Owned g] [Loss g] [Mood g] [Meeting g h] [Ask g h] [Found g h] [Ending g h]
      | [Opening g] [Owned g] [Loss g] [Search g] [Found g h] [Ending g h]
      | [Opening g] [Journey g] [Sight g] [Reach g] [Mood g] [Meeting g h] [Rescue g h] [Ending g h]
      | [Opening g] [Sight g] [Reach g] [Rescue g h] [Thanks g h] [Ending g h]
      | [Opening g] [Weather] [Fear g] [Meeting g h] [Comfort g h] [Ending g h]
      | [Opening g] [Journey g] [Weather] [Fear g] [Comfort g h] [Home g]
      | [Opening g] [Noticed g] [Chase g] [Mood g] [Home g]
      | [Scene it] [Noticed it] [Chase it] [Home it]
      | [Scene it] [Noticed it] [Chase it] [Meeting it h] [Together] [Ending it h]
      | [Scene it] [Wish it] [Ask it h] [Help it h] [Ending it h]
      | [Opening g] [Meeting g h] [Share g h] [Together] [Ending g h]
      | [Opening g] [Habit g] [Meeting g h] [Play g h] [Together] [Home g]

# ---------------------------------------------------------------- introductions

Opening he = [Named he]
Opening she = [Named she]
Opening it = once upon a time , there was a(n) [Trait] [Kind it:hero] .
           | once upon a time , there was a(n) [Trait] [Kind it:hero] who lived [In] .
           | once upon a time , a(n) [Trait] [Kind it:hero] lived [In] .
           | a(n) [Trait] [Kind it:hero] lived [In] .
           | 4* [Scene it]

Named g = 2* once upon a time , there was a(n) [Trait] [Kind g:hero] named [Name g:hero] .
        | once upon a time , a(n) [Trait] [Kind g:hero] named [Name g:hero] lived [In] .
        | once upon a time , in a(n) [Homely] [Home] , there lived a(n) [Kind g:hero] named [Name g:hero] .
        | there was once a(n) [Trait] [Kind g:hero] called [Name g:hero] .
        | [Name g:hero] was a(n) [Trait] [Kind g:hero] who lived [In] .
        | one [Kindofday] day , a(n) [Trait] [Kind g:hero] named [Name g:hero] went to the [Place:where] .

Scene it = 3* the [Kind it:hero] [Posture] on the [Surface] .
         | the [Trait] [Kind it:hero] [Posture] on the [Surface] .
         | the [Kind it:hero] [Posture] [Spot] .
         | the [Kind it:hero] [Posture] on the [Surface] and [Watched] .
         | one [Kindofday] day , the [Kind it:hero] [Posture] [Spot] .
         | every [Daytime] , the [Kind it:hero] [Posture] on the [Surface] .

Habit g = [Who g] liked to [Verb] [In] .
        | [Who g] loved to [Verb] with [Possessive g] [Family] .
        | every [Daytime] , [Who g] liked to [Verb] [In] .
        | every day , [Who g] [Moved] to the [Place] with [Possessive g] [Family] .
        | [Who g] had many friends , but [Possessive g] best friend was a(n) [Trait] [Smallanimal] .
        | there were [Number] [Animals] and [Number] [Animals] [In] .
        | [Possessive g] [Family] was very [Trait] .

# ---------------------------------------------------------------- wishes

Wish g = 2* [Who g] wanted a(n) [Look:wish] [Thing:wish] .
       | [Who g] wanted to find a(n) [Look:wish] [Thing:wish] .
       | [Who g] wanted a(n) [Look:wish] [Thing:wish] more than anything .
       | one day , [Who g] wished for a(n) [Look:wish] [Thing:wish] .
       | `` I want a(n) [Look:wish] [Thing:wish] , '' [Saidby g] .
       | `` I wish I had a(n) [Look:wish] [Thing:wish] , '' [Saidby g] .
       | [Who g] dreamed of a(n) [Look:wish] [Thing:wish] every night .

Owned g = [Who g] had a(n) [Look:wish] [Thing:wish] .
        | [Who g] loved [Possessive g] [Look:wish] [Thing:wish] .
        | [Who g] took [Possessive g] [Look:wish] [Thing:wish] to the [Place:where] .
        | one day , [Possessive g] [Family] gave [Object g] a(n) [Look:wish] [Thing:wish] .
        | [Who g] had a(n) [Look:wish] [Thing:wish] and took it everywhere .
        | [Possessive g] favorite thing was a(n) [Look:wish] [Thing:wish] .

# ---------------------------------------------------------------- events

Journey g = one day , [Who g] [Moved] to the [Place:where] .
          | 2* one [Kindofday] day , [Who g] [Moved] to the [Place:where] .
          | so [Who g] [Moved] to the [Place:where] .
          | [Who g] [Moved] to the [Place:where] with [Possessive g] [Family] .
          | in the [Partofday] , [Who g] [Moved] all the way to the [Place:where] .
          | [Who g] looked [Spot] and [Spot] .
          | [Who g] walked and walked until [Pronoun g] came to the [Place:where] .

Sight g = 2* [Who g] saw a(n) [Look:wish] [Thing:wish] [Spot] .
        | [Who g] looked up and saw a(n) [Look:wish] [Thing:wish] high in the tree .
        | there was a(n) [Look:wish] [Thing:wish] [Spot] .
        | `` look , a(n) [Look:wish] [Thing:wish] ! '' [Saidby g] .

Noticed g = suddenly , [Who g] saw a(n) [Smallanimal:small] [Spot] .
          | [Who g] saw a(n) [Look] [Smallanimal:small] [Spot] .
          | there was a(n) [Look] [Smallanimal:small] [Spot] , and it was very [Feeling] .
          | there were [Number] [Animals] and a(n) [Look] [Smallanimal:small] [Spot] .
          | [Who g] heard a(n) [Sound] sound and saw a(n) [Smallanimal:small] [Spot] .

Chase g = [Who g] wanted to play with the [Smallanimal:small] .
        | [Who g] ran after the [Smallanimal:small] , but it was too fast .
        | the [Smallanimal:small] jumped away , and [Who g] followed it .
        | [Who g] followed the [Smallanimal:small] to the [Place:where] .
        | [Who g] [Moved] [Quietly] to the [Smallanimal:small] and said hello .
        | the [Smallanimal:small] hid [Spot] , so [Who g] waited .

Trouble g = but the [Place:where] was very far away .
          | but [Who g] could not find a(n) [Thing:wish] anywhere .
          | but there was a big [Barrier] in the way .
          | but [Possessive g] [Family] said no .
          | [Who g] looked everywhere , but there was no [Thing:wish] [In] .
          | [Who g] looked for a(n) [Thing:wish] all day , but [Pronoun g] did not find one .
          | but the [Thing:wish] was too [Size] for [Object g] .
          | then it started to rain , and the [Place:where] was wet .

Loss g = one day , [Who g] lost the [Thing:wish] [In] .
       | but then the [Thing:wish] fell into the [Water] .
       | one [Kindofday] day , the [Thing:wish] was gone .
       | a strong wind came and took the [Thing:wish] away .
       | suddenly , the [Thing:wish] fell and broke .
       | one day , [Who g] could not find [Possessive g] [Thing:wish] .
       | `` where is my [Thing:wish] ? '' [Askedby g] .

Search g = [Who g] looked [Spot] and [Spot] .
         | [Who g] looked everywhere , but [Pronoun g] could not find it .
         | [Who g] looked for the [Thing:wish] all [Daytime] .
         | [Who g] [Moved] to the [Place:where] to look for it .
         | [Who g] asked [Possessive g] [Family] , but nobody knew where it was .

Reach g = [Who g] tried to reach it , but [Pronoun g] was too small .
        | [Who g] jumped and jumped , but [Pronoun g] could not reach it .
        | [Who g] wanted to take it home , but it was too [Size] .
        | [Who g] tried to climb up , but [Pronoun g] fell down .
        | [Who g] did not know what to do .
        | [Who g] got stuck in the [Mess] .
        | `` oh no , I am stuck ! '' [Saidby g] .

Weather = suddenly , it started to [Fall] .
        | the sky was dark , and the wind was [Windy] .
        | then a big storm came .
        | soon it was [Cold] and dark [In] .
        | the [Skything] went behind the clouds .
        | it was a dark and [Stormy] night .

Fear g = [Who g] was very [Feeling:down] .
       | [Who g] was scared and hid [Spot] .
       | [Who g] did not know the way home .
       | [Who g] was lost and started to cry .
       | `` I am scared , '' [Saidby g] .
       | `` I want to go home , '' [Saidby g] .
       | [Who g] heard a(n) [Sound] sound and ran away .
       | [Who g] was [Cold] and wanted to go home .

Mood g = 2* [Who g] was very [Sad] .
       | [Who g] felt [Sad] and started to cry .
       | [Who g] sat [Spot] and cried .
       | this made [Object g] [Sad] .
       | [Who g] was [Sad] , but [Pronoun g] did not give up .
       | `` oh no ! '' [Saidby g] .
       | `` I am so [Sad] , '' [Saidby g] .
       | [Who g] felt [Sad] and [Sad] .

# ---------------------------------------------------------------- the helper

Meeting g h = 2* then [Who g] met a(n) [Trait] [Helper h:helper] .
            | soon a(n) [Trait] [Helper h:helper] came by .
            | [Who g] met a(n) [Trait] [Helper h:helper] [Spot] .
            | there [Who g] met a(n) [Helper h:helper] who was very [Trait] .
            | just then , a(n) [Helper h:helper] saw [Object g] .
            | a(n) [Trait] [Helper h:helper] was sitting [Spot] .
            | `` hello , my name is [Name g:hero] , '' [Saidby g] .
            | `` why are you so [Sad] ? '' asked a(n) [Trait] [Helper h:helper] .

Ask g h = `` can you help me ? '' [Askedby g] .
        | `` please help me , '' [Saidby g] .
        | `` can I have a(n) [Thing:wish] ? '' [Askedby g] .
        | `` do you have a(n) [Look:wish] [Thing:wish] ? '' [Askedby g] .
        | `` have you seen a(n) [Look:wish] [Thing:wish] ? '' [Askedby g] .
        | [Who g] asked for help .
        | [Who g] asked the [Helper h:helper] for help .

Help g h = the [Helper h:helper] gave [Object g] a(n) [Look:wish] [Thing:wish] .
         | the [Helper h:helper] helped [Object g] find a(n) [Look:wish] [Thing:wish] .
         | the [Helper h:helper] had a(n) [Look:wish] [Thing:wish] and gave it to [Object g] .
         | `` I can help you , '' said the [Helper h:helper] .
         | `` you can have my [Thing:wish] , '' said the [Helper h:helper] .
         | `` come with me , '' said the [Helper h:helper] , and they [Moved] to the [Place] .
         | a(n) [Trait] [Helper h:helper] heard [Object g] and came to help .
         | the [Helper h:helper] smiled and made a(n) [Look:wish] [Thing:wish] for [Object g] .
         | the [Helper h:helper] said that [Pronoun h] would help [Object g] .

Found g h = the [Helper h:helper] found the [Thing:wish] [Spot] .
          | the [Helper h:helper] helped [Object g] look for it , and they found it [Spot] .
          | then a(n) [Trait] [Helper h:helper] found the [Look:wish] [Thing:wish] [Spot] .
          | `` here is your [Thing:wish] , '' said the [Helper h:helper] .
          | `` I found your [Thing:wish] [Spot] , '' said the [Helper h:helper] .
          | the [Helper h:helper] fixed the [Thing:wish] and gave it back to [Object g] .
          | at last , [Who g] found the [Thing:wish] [Spot] .

Rescue g h = a(n) [Trait] [Helper h:helper] came to help [Object g] .
           | the [Helper h:helper] helped [Object g] down .
           | the [Helper h:helper] pulled and pulled , and [Who g] was free .
           | the [Helper h:helper] was tall and took it down for [Object g] .
           | `` hold my hand , '' said the [Helper h:helper] .
           | `` do not worry , I will help you , '' said the [Helper h:helper] .
           | the [Helper h:helper] showed [Object g] how to climb .

Comfort g h = `` do not be afraid , '' said the [Helper h:helper] .
            | `` I know the way , '' said the [Helper h:helper] .
            | the [Helper h:helper] gave [Object g] a(n) [Cozy] blanket and some [Food] .
            | the [Helper h:helper] took [Object g] home .
            | the [Helper h:helper] sang a(n) [Cozy] song for [Object g] .
            | a(n) [Trait] [Helper h:helper] showed [Object g] the way home .
            | the [Helper h:helper] lit a(n) [Cozy] lamp , and [Who g] was not afraid .

Share g h = [Who g] gave the [Helper h:helper] some [Food] .
          | [Who g] had some [Food] and shared it with the [Helper h:helper] .
          | the [Helper h:helper] was hungry , so [Who g] gave [Object h] some [Food] .
          | [Who g] gave [Number] [Plural] to the [Helper h:helper] .
          | `` do you want some [Food] ? '' [Askedby g] .
          | `` thank you for the [Food] , '' said the [Helper h:helper] .

Play g h = the [Helper h:helper] wanted to play with [Object g] .
         | [Who g] showed the [Helper h:helper] [Possessive g] [Thing] .
         | `` let us [Verb] [In] , '' [Saidby g] .
         | `` do you want to [Verb] with me ? '' asked the [Helper h:helper] .
         | [Who g] and the [Helper h:helper] [Moved] to the [Place:where] together .

Thanks g h = `` thank you , '' [Saidby g] .
           | `` thank you so much ! '' [Saidby g] .
           | [Who g] thanked the [Helper h:helper] and gave [Object h] a big hug .
           | [Who g] thanked the [Helper h:helper] .
           | `` you are a good friend , '' [Saidby g] .
           | `` you are very kind , '' [Saidby g] to the [Helper h:helper] .

Together = they [Played] together [In] .
         | they [Played] until the sun went down .
         | they [Played] and [Played] all [Daytime] .
         | they were very [Happy] .
         | they found [Number] [Plural] [Spot] .
         | they shared some [Food] and [Played] [In] .

# ---------------------------------------------------------------- endings

Ending g h = [Who g] was very [Happy] .
           | [Who g] was [Happy] and said thank you to the [Helper h:helper] .
           | [Who g] and the [Helper h:helper] became good friends .
           | from that day on , [Who g] and the [Helper h:helper] were best friends .
           | [Who g] and the [Helper h:helper] [Played] together all [Daytime] .
           | they all lived happily ever after .
           | they became friends forever .
           | [Who g] went home with a big smile .
           | [Who g] learned that it is good to [Virtue] .
           | and [Who g] never forgot the [Trait] [Helper h:helper] .
           | in the end , everyone was [Happy] .

Home g = [Who g] went home and slept in [Possessive g] [Cozy] bed .
       | at last , [Who g] was home and very [Happy] .
       | that night , [Who g] slept well and dreamed of a(n) [Look] [Thing] .
       | [Who g] went home to [Possessive g] [Family] .
       | then [Who g] was tired and went to sleep [Spot] .
       | when [Who g] came home , [Possessive g] [Family] gave [Object g] a big hug .

# ---------------------------------------------------------------- people and pronouns

Who g = 6* [Pronoun g] | 3* [Full g]
Full he = 3* [Name he:hero] | the [Kind he:hero]
Full she = 3* [Name she:hero] | the [Kind she:hero]
Full it = the [Kind it:hero]

Saidby g = 2* said [Full g] | [Pronoun g] said
Askedby g = 2* asked [Full g] | [Pronoun g] asked

Pronoun he = he
Pronoun she = she
Pronoun it = it
Object he = him
Object she = her
Object it = it
Possessive he = his
Possessive she = her
Possessive it = its

Name he = Tom | Ben | Max | Sam | Tim | Leo | Jack | Finn | Otto
Name she = Lily | Mia | Anna | Sue | Lucy | Rosa | Emma | Nina | Ella
Name it = Spot | Fluffy | Buddy | Pip

Kind he = 5* boy | prince | [Animal]
Kind she = 5* girl | princess | [Animal]
Kind it = [Animal]

Animal = 6* cat | 4* dog | 2* fox | rabbit | 2* bear | mouse | duck | elephant | pig | lion | puppy | kitten
Helper he = farmer | king | old man | baker | wizard
Helper she = queen | fairy | old woman | teacher | witch
Helper it = owl | turtle | horse | goat | squirrel | cow
Smallanimal = bird | frog | butterfly | bee | fish | ant | snail | bug
Family = mother | father | sister | brother | grandmother

# ---------------------------------------------------------------- words

Trait = 4* little | small | kind | quiet | happy | young | brave | clever | friendly | funny | gentle | lazy | angry
Look = red | blue | green | yellow | orange | purple | big | tiny | shiny | round | pretty | new | old
Size = big | small | heavy | high
Kindofday = sunny | warm | rainy | windy
Cold = cold | wet
Stormy = windy | rainy | cold
Windy = loud | strong | cold
Cozy = warm | soft | small
Happy = 3* happy | proud | glad | excited | thankful
Sad = 3* sad | tired | angry | upset | lonely
Feeling = happy | sad | hungry | sleepy | scared | afraid | quiet
Sound = loud | strange | funny | quiet

Thing = 3* ball | 2* kite | boat | book | drum | hat | apple | umbrella | egg | orange | cake | cookie
      | lamp | key | shell | stone | flower | feather | doll | bell | bike | box | balloon | cup
Plural = apples | cookies | flowers | shells | stones | balloons | oranges | eggs | books
Animals = birds | frogs | ducks | cows | bees | rabbits | horses
Number = two | three | four | five | many | some
Food = bread | cheese | soup | milk | honey | cake | fruit

Place = 3* park | 2* forest | garden | beach | river | farm | school | hill | market | lake | village | field
Homely = 2* little | small | old | quiet | pretty
Home = house | village | forest | town | castle
In = in the [Inplace] | at the [Atplace] | by the [Byplace] | in a(n) [Homely] [Home] | near the [Place]
Inplace = 2* park | 2* forest | garden | village | field | town | house
Atplace = beach | farm | school | market
Byplace = river | lake | sea | road
Water = water | river | lake | pond
Barrier = wall | river | rock | fence | dog
Mess = mud | snow | tree | fence | water

Surface = 4* mat | rug | bed | chair | table | floor | grass | bench | wall | roof | log | rock
Under = table | bed | tree | chair | bench | bridge
Spot = 2* on the [Surface] | 2* under the [Under] | in the [Inplace] | by the [Byplace]
     | behind the [Behind] | next to the [Under]
Behind = tree | door | house | wall | fence
Skything = sun | moon

Posture = 4* sat | slept | waited | rested | played
Watched = looked at the [Skything] | watched the [Animals] | waited for [Food] | sang a song
Moved = 4* went | walked | ran | hurried
Played = played | danced | sang | laughed | ran
Verb = play | run | dance | sing | swim | read | draw
Virtue = share | help others | be kind | ask for help | try again
Quietly = slowly | quietly | happily
Fall = rain | snow
Daytime = morning | day | afternoon
Partofday = morning | afternoon | evening
"""

PART = re.compile(r"\[([A-Z][a-z]*)((?: [a-z]+)*)(?::([a-z]+))?\]|([^\s\[\]]+)")
VOWELS = "aeiou"


def variants(text):
    """The text once for every assignment of values to the one-letter features it mentions."""
    mentioned = [f for f in FEATURES if re.search(rf"(?:\[[A-Z][a-z]*|^[A-Z][a-z]*)(?: [a-z]+)* {f}\b", text)]
    out = [text]
    for feature in mentioned:
        inside = re.compile(rf"((?:\[|^)[A-Z][a-z]*(?: [a-z]+)*? ){feature}\b")
        out = [replace_all(inside, value, t) for t in out for value in FEATURES[feature]]
    return out


def replace_all(pattern, value, text):
    while pattern.search(text):
        text = pattern.sub(rf"\g<1>{value}", text)
    return text


def parse_grammar(text):
    """{nonterminal: [(weight, [part, ...]), ...]}; a part is a word, or a (nonterminal, slot) pair."""
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    text = re.sub(r"\n[ \t]+(?=\S)", " ", text)
    grammar = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        head, bodies = line.split(" = ", 1)
        for body in bodies.split(" | "):
            weight, body = re.fullmatch(r"(?:(\d+)\* )?(.*)", body.strip()).groups()
            for instance in variants(f"{head} = {body}"):
                name, right = instance.split(" = ", 1)
                parts = [word or (nt + features, slot) for nt, features, slot, word in PART.findall(right)]
                grammar.setdefault(name, []).append((int(weight or 1), parts))
    for productions in grammar.values():
        for _, parts in productions:
            for part in parts:
                if isinstance(part, tuple) and part[0] not in grammar:
                    raise SystemExit(f"the grammar uses [{part[0]}] and never defines it")
    return grammar


RULES = parse_grammar(GRAMMAR)
SENTENCES = sorted({part[0] for _, parts in RULES["Story"] for part in parts})


def article(following):
    return "an" if following[0].lower() in VOWELS else "a"


def capital(word):
    return word[0].upper() + word[1:]


def starts_clause(words, i):
    return i == 0 or words[i - 1] == "``"


# ------------------------------------------------------------------- writing


def expand(name, slots, rng):
    productions = RULES[name]
    parts = rng.choices([p for _, p in productions], [w for w, _ in productions])[0]
    words = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        elif not part[1]:
            words += expand(part[0], slots, rng)
        else:
            if part not in slots:
                slots[part] = expand(part[0], slots, rng)
            words += slots[part]
    return words


def spell(words):
    """The sentence as it is printed: articles, capitals, spaces and quotation marks."""
    out = ""
    for i, word in enumerate(words):
        if word == "a(n)":
            word = article(words[i + 1])
        if starts_clause(words, i):
            word = capital(word)
        glued = not out or word in {",", ".", "!", "?", "''"} or words[i - 1] == "``"
        out += ("" if glued else " ") + {"``": '"', "''": '"'}.get(word, word)
    return out


def story(rng):
    productions = RULES["Story"]
    sentences = rng.choices([p for _, p in productions], [w for w, _ in productions])[0]
    slots = {}
    return " ".join(spell(expand(name, slots, rng)) for name, _ in sentences)


# ------------------------------------------------------------------- recognising


def split_sentences(text):
    """(finished sentences, how many lines ended in the middle of one)."""
    finished, unfinished = [], 0
    for line in text.splitlines():
        rest = line.strip()
        while rest:
            end = re.match(r'.*?[.!?]"?(?=\s+"?[A-Z]|$)', rest)
            if not end:
                unfinished += 1
                break
            finished.append(end.group())
            rest = rest[end.end():].lstrip()
    return finished, unfinished


def words_of(sentence):
    """The words of a printed sentence, or None when its spacing is not that of ordinary print."""
    words, inside = [], False
    for word in re.findall(r"[A-Za-z]+|\S", sentence):
        if word == '"':
            inside = not inside
            word = "``" if inside else "''"
        words.append(word)
    return words if words and spell(words) == sentence else None


def grammatical(sentence):
    words = words_of(sentence)
    if words is None:
        return False
    memo = {}

    def matches(terminal, i):
        if i >= len(words):
            return False
        if terminal == "a(n)":
            if i + 1 >= len(words):
                return False
            terminal = article(words[i + 1])
        return words[i] == (capital(terminal) if starts_clause(words, i) else terminal)

    def ends(name, start):
        """Every position at which a `name` that begins at `start` can end."""
        key = name, start
        if key not in memo:
            reached = set()
            for _, parts in RULES[name]:
                positions = {start}
                for part in parts:
                    if isinstance(part, str):
                        positions = {i + 1 for i in positions if matches(part, i)}
                    else:
                        positions = set().union(*(ends(part[0], i) for i in positions))
                    if not positions:
                        break
                reached |= positions
            memo[key] = reached
        return memo[key]

    return any(len(words) in ends(name, 0) for name in SENTENCES)


def check(text, at_least, count, verbose):
    sentences, unfinished = split_sentences(text)
    bad = [s for s in sentences if not grammatical(s)]
    good = len(sentences) - len(bad)
    share = good / len(sentences) if sentences else 0.0
    print(f"{good} of {len(sentences)} sentences are grammatical ({share:.3f}); {unfinished} unfinished not counted")
    if verbose:
        for s in bad:
            print(f"  not grammatical: {s}")
    return 0 if share >= at_least and len(sentences) >= count else 1


def main():
    parser = argparse.ArgumentParser(description="Small stories from a grammar, and a recogniser for their sentences.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--generate", type=int, metavar="N", help="print N stories, one a line")
    what.add_argument("--check", action="store_true", help="count the grammatical sentences of standard input")
    what.add_argument("--words", action="store_true", help="print every word of the grammar")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-least", type=float, default=0.90, metavar="SHARE", help="fail when fewer are grammatical")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="fail on fewer sentences than this")
    parser.add_argument("--verbose", action="store_true", help="print the sentences that are not")
    options = parser.parse_args()

    if options.words:
        terminals = {p for ps in RULES.values() for _, parts in ps for p in parts if isinstance(p, str)}
        print("\n".join(sorted(t for t in terminals if t[0].isalpha())))
    elif options.check:
        sys.exit(check(sys.stdin.read(), options.at_least, options.count, options.verbose))
    else:
        rng = random.Random(options.seed)
        for _ in range(options.generate):
            print(story(rng))


if __name__ == "__main__":
    main()
