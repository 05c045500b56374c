"""What the box says: prompts in several languages, and values spoken by composing them.

    catalogue/*.toml     every prompt with its text in Mandarin and English; the office's own file adds and replaces
    mandarin, english    numbers, money, dates, times: a value becomes names of prompts
    catalogue, phrases   reads and checks the files; "您前面还有{ahead:count}位" becomes names of prompts
    store, versions      the sound: a person's recording if there is one, else the synthesiser's
    hold_music           a melody for those who wait

The room knows no calls. A service asks `PromptStore.clips(parts, language)` and plays what it gets.
"""
