<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>ChatList</name>
    <message numerus="yes">
      <source>%n chat(s)</source>
      <translation>
        <numerusform>%n chat</numerusform>
        <numerusform>%n chats</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ChatSearch</name>
    <message numerus="yes">
      <source>+%n more</source>
      <translation>
        <numerusform>+%n more</numerusform>
        <numerusform>+%n more</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Exchange</name>
    <message numerus="yes">
      <source>%n attached files were left out.</source>
      <translation>
        <numerusform>%n attached file was left out.</numerusform>
        <numerusform>%n attached files were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) imported from “{file}”.</source>
      <translation>
        <numerusform>%n chat imported from “{file}”.</numerusform>
        <numerusform>%n chats imported from “{file}”.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) were here already and stay as they are.</source>
      <translation>
        <numerusform>%n chat was here already and stays as it is.</numerusform>
        <numerusform>%n chats were here already and stay as they are.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) written to “{file}”.</source>
      <translation>
        <numerusform>%n chat written to “{file}”.</numerusform>
        <numerusform>%n chats written to “{file}”.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats are damaged and were left out.</source>
      <translation>
        <numerusform>%n chat is damaged and was left out.</numerusform>
        <numerusform>%n chats are damaged and were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats are in a version of their format that ChatDesk does not read.</source>
      <translation>
        <numerusform>%n chat is in a version of its format that ChatDesk does not read.</numerusform>
        <numerusform>%n chats are in a version of their format that ChatDesk does not read.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats hold no message.</source>
      <translation>
        <numerusform>%n chat holds no message.</numerusform>
        <numerusform>%n chats hold no message.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats were written by a newer ChatDesk; update to import them.</source>
      <translation>
        <numerusform>%n chat was written by a newer ChatDesk; update to import it.</numerusform>
        <numerusform>%n chats were written by a newer ChatDesk; update to import them.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n entries are no chat that ChatDesk knows.</source>
      <translation>
        <numerusform>%n entry is no chat that ChatDesk knows.</numerusform>
        <numerusform>%n entries are no chat that ChatDesk knows.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files are damaged or cut short; what comes before the damage was read.</source>
      <translation>
        <numerusform>%n file is damaged or cut short; what comes before the damage was read.</numerusform>
        <numerusform>%n files are damaged or cut short; what comes before the damage was read.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files are nested too deeply to be read; what comes before was read.</source>
      <translation>
        <numerusform>%n file is nested too deeply to be read; what comes before was read.</numerusform>
        <numerusform>%n files are nested too deeply to be read; what comes before was read.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files hold more in one piece than can be read; what comes before was read.</source>
      <translation>
        <numerusform>%n file holds more in one piece than can be read; what comes before was read.</numerusform>
        <numerusform>%n files hold more in one piece than can be read; what comes before was read.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n images were left out.</source>
      <translation>
        <numerusform>%n image was left out.</numerusform>
        <numerusform>%n images were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n messages are damaged and were left out.</source>
      <translation>
        <numerusform>%n message is damaged and was left out.</numerusform>
        <numerusform>%n messages are damaged and were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n messages come from a speaker that ChatDesk does not know.</source>
      <translation>
        <numerusform>%n message comes from a speaker that ChatDesk does not know.</numerusform>
        <numerusform>%n messages come from a speaker that ChatDesk does not know.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n messages follow one that is missing; each begins a branch of its own.</source>
      <translation>
        <numerusform>%n message follows one that is missing; it begins a branch of its own.</numerusform>
        <numerusform>%n messages follow one that is missing; each begins a branch of its own.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n notes that the other app keeps hidden were left out.</source>
      <translation>
        <numerusform>%n note that the other app keeps hidden was left out.</numerusform>
        <numerusform>%n notes that the other app keeps hidden were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n of them lie beside another state of the same chat.</source>
      <translation>
        <numerusform>%n of them lies beside another state of the same chat.</numerusform>
        <numerusform>%n of them lie beside another state of the same chat.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pieces of messages are of a kind that ChatDesk does not know.</source>
      <translation>
        <numerusform>%n piece of a message is of a kind that ChatDesk does not know.</numerusform>
        <numerusform>%n pieces of messages are of a kind that ChatDesk does not know.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n recordings were left out.</source>
      <translation>
        <numerusform>%n recording was left out.</numerusform>
        <numerusform>%n recordings were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n summaries stand for messages that are missing and were left out.</source>
      <translation>
        <numerusform>%n summary stands for messages that are missing and was left out.</numerusform>
        <numerusform>%n summaries stand for messages that are missing and were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n uses of tools, such as searches, were left out.</source>
      <translation>
        <numerusform>%n use of a tool, such as a search, was left out.</numerusform>
        <numerusform>%n uses of tools, such as searches, were left out.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Import the chats in %n files?</source>
      <translation>
        <numerusform>Import the chats in %n file?</numerusform>
        <numerusform>Import the chats in %n files?</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ExchangeProgress</name>
    <message numerus="yes">
      <source>%n chat(s) so far</source>
      <translation>
        <numerusform>%n chat so far</numerusform>
        <numerusform>%n chats so far</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Replays</name>
    <message numerus="yes">
      <source>Given up after %n equal token(s): the model was wanted for something else.</source>
      <translation>
        <numerusform>Given up after %n equal token: the model was wanted for something else.</numerusform>
        <numerusform>Given up after %n equal tokens: the model was wanted for something else.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Identical: all %n token(s) came out the same.</source>
      <translation>
        <numerusform>Identical: all %n token came out the same.</numerusform>
        <numerusform>Identical: all %n tokens came out the same.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Stopped after %n equal token(s).</source>
      <translation>
        <numerusform>Stopped after %n equal token.</numerusform>
        <numerusform>Stopped after %n equal tokens.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Sidebar</name>
    <message numerus="yes">
      <source>%n chat(s) are in the archive now.</source>
      <translation>
        <numerusform>%n chat is in the archive now.</numerusform>
        <numerusform>%n chats are in the archive now.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) found</source>
      <translation>
        <numerusform>%n chat found</numerusform>
        <numerusform>%n chats found</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) were deleted.</source>
      <translation>
        <numerusform>%n chat was deleted.</numerusform>
        <numerusform>%n chats were deleted.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>SummaryDialog</name>
    <message numerus="yes">
      <source>The model is sent this in place of %n earlier message(s), still in the chat.</source>
      <translation>
        <numerusform>The model is sent this in place of %n earlier message, still in the chat.</numerusform>
        <numerusform>The model is sent this in place of %n earlier messages, still in the chat.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>_QueueRow</name>
    <message numerus="yes">
      <source>%n file(s)</source>
      <translation>
        <numerusform>%n file</numerusform>
        <numerusform>%n files</numerusform>
      </translation>
    </message>
  </context>
</TS>
