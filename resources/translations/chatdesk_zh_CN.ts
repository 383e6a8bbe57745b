<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
  <context>
    <name>AboutDesk</name>
    <message>
      <source>About ChatDesk</source>
      <translation>关于 ChatDesk</translation>
    </message>
    <message>
      <source>Copy diagnostics</source>
      <translation>复制诊断信息</translation>
    </message>
    <message>
      <source>Diagnostics are on the clipboard. They hold nothing that was said in chats.</source>
      <translation>诊断信息已复制到剪贴板，其中不含任何对话内容。</translation>
    </message>
    <message>
      <source>Look for a new version</source>
      <translation>查看有没有新版本</translation>
    </message>
  </context>
  <context>
    <name>AboutDialog</name>
    <message>
      <source>About ChatDesk</source>
      <translation>关于 ChatDesk</translation>
    </message>
    <message>
      <source>Asks the release page on GitHub. ChatDesk never does so by itself.</source>
      <translation>会向 GitHub 上的发布页面询问。ChatDesk 从不自行询问。</translation>
    </message>
    <message>
      <source>Chats and data</source>
      <translation>对话与数据</translation>
    </message>
    <message>
      <source>Chats and models stay there when ChatDesk is removed.</source>
      <translation>卸载 ChatDesk 后，对话和模型仍保留在原处。</translation>
    </message>
    <message>
      <source>Collecting…</source>
      <translation>正在收集…</translation>
    </message>
    <message>
      <source>Copy diagnostics</source>
      <translation>复制诊断信息</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>许可证</translation>
    </message>
    <message>
      <source>Licences</source>
      <translation>许可证</translation>
    </message>
    <message>
      <source>Log</source>
      <translation>日志</translation>
    </message>
    <message>
      <source>Look for a new version</source>
      <translation>查看有没有新版本</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Parts that are shipped</source>
      <translation>随附的组成部分</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>Show folder</source>
      <translation>显示文件夹</translation>
    </message>
    <message>
      <source>Show folder: {name}</source>
      <translation>显示文件夹：{name}</translation>
    </message>
    <message>
      <source>Size: {name}</source>
      <translation>大小：{name}</translation>
    </message>
    <message>
      <source>Talk with a language model on your own computer.</source>
      <translation>在您自己的电脑上与语言模型对话。</translation>
    </message>
    <message>
      <source>Version {version}</source>
      <translation>版本 {version}</translation>
    </message>
  </context>
  <context>
    <name>Actions</name>
    <message>
      <source>Chats</source>
      <translation>对话</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>This chat</source>
      <translation>此对话</translation>
    </message>
    <message>
      <source>Window</source>
      <translation>窗口</translation>
    </message>
  </context>
  <context>
    <name>AttachmentChips</name>
    <message>
      <source>Attached files</source>
      <translation>已附加的文件</translation>
    </message>
  </context>
  <context>
    <name>AttachmentView</name>
    <message>
      <source>Close</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>复制</translation>
    </message>
    <message>
      <source>It could not be saved: {reason}</source>
      <translation>无法保存：{reason}</translation>
    </message>
    <message>
      <source>Save as…</source>
      <translation>另存为…</translation>
    </message>
    <message>
      <source>Save the attachment</source>
      <translation>保存附件</translation>
    </message>
    <message>
      <source>The beginning is shown; the model is given all of it.</source>
      <translation>此处只显示开头部分；模型会得到全部内容。</translation>
    </message>
    <message>
      <source>This file is not kept any more.</source>
      <translation>此文件已不再保存。</translation>
    </message>
    <message>
      <source>This picture cannot be read.</source>
      <translation>无法读取此图片。</translation>
    </message>
  </context>
  <context>
    <name>Attachments</name>
    <message>
      <source>{size} · the model cannot see pictures</source>
      <translation>{size} · 模型看不到图片</translation>
    </message>
    <message>
      <source>{size} · {tokens} tokens</source>
      <translation>{size} · {tokens} 个 token</translation>
    </message>
  </context>
  <context>
    <name>BranchDesk</name>
    <message>
      <source>Map of this chat</source>
      <translation>对话分支图</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>撤销</translation>
    </message>
  </context>
  <context>
    <name>Branching</name>
    <message>
      <source>1 message was deleted.</source>
      <translation>已删除 1 条消息。</translation>
    </message>
    <message>
      <source>Another seed, the same settings</source>
      <translation>换一个种子，设置不变</translation>
    </message>
    <message>
      <source>Both say the same.</source>
      <translation>两者内容相同。</translation>
    </message>
    <message>
      <source>Branch into a new chat</source>
      <translation>在新对话中继续此分支</translation>
    </message>
    <message>
      <source>Compare versions…</source>
      <translation>比较版本…</translation>
    </message>
    <message>
      <source>Delete from here on</source>
      <translation>删除此消息及其后内容</translation>
    </message>
    <message>
      <source>Delete this version and what follows</source>
      <translation>删除此版本及其后内容</translation>
    </message>
    <message>
      <source>Get a reply</source>
      <translation>获取回复</translation>
    </message>
    <message>
      <source>More focused (temperature {value})</source>
      <translation>更专注（temperature {value}）</translation>
    </message>
    <message>
      <source>More varied (temperature {value})</source>
      <translation>更多样（temperature {value}）</translation>
    </message>
    <message>
      <source>Regenerate with…</source>
      <translation>用其他方式重新生成…</translation>
    </message>
    <message>
      <source>Reply</source>
      <translation>回复</translation>
    </message>
    <message>
      <source>System</source>
      <translation>系统</translation>
    </message>
    <message>
      <source>They differ in one place.</source>
      <translation>有一处不同。</translation>
    </message>
    <message>
      <source>They differ in {count} places.</source>
      <translation>有 {count} 处不同。</translation>
    </message>
    <message>
      <source>Tool</source>
      <translation>工具</translation>
    </message>
    <message>
      <source>You</source>
      <translation>您</translation>
    </message>
    <message>
      <source>deleted, Enter restores it</source>
      <translation>已删除，按 Enter 恢复</translation>
    </message>
    <message>
      <source>edited</source>
      <translation>已编辑</translation>
    </message>
    <message>
      <source>shown now</source>
      <translation>当前显示</translation>
    </message>
    <message>
      <source>version {number} of {count}</source>
      <translation>第 {number} 个版本，共 {count} 个</translation>
    </message>
    <message>
      <source>{count} messages were deleted.</source>
      <translation>已删除 {count} 条消息。</translation>
    </message>
    <message>
      <source>{count} more messages</source>
      <translation>另外 {count} 条消息</translation>
    </message>
    <message>
      <source>{model} (loaded)</source>
      <translation>{model}（已加载）</translation>
    </message>
    <message>
      <source>{title} (branch)</source>
      <translation>{title}（分支）</translation>
    </message>
  </context>
  <context>
    <name>ChatList</name>
    <message numerus="yes">
      <source>%n chat(s)</source>
      <translation>
        <numerusform>%n 个对话</numerusform>
      </translation>
    </message>
    <message>
      <source>Archive</source>
      <translation>归档</translation>
    </message>
    <message>
      <source>Archive this chat</source>
      <translation>归档此对话</translation>
    </message>
    <message>
      <source>Archived chats</source>
      <translation>已归档的对话</translation>
    </message>
    <message>
      <source>Chats</source>
      <translation>对话</translation>
    </message>
    <message>
      <source>Delete</source>
      <translation>删除</translation>
    </message>
    <message>
      <source>Delete folder, keep its chats</source>
      <translation>删除文件夹，保留其中的对话</translation>
    </message>
    <message>
      <source>Delete this chat</source>
      <translation>删除此对话</translation>
    </message>
    <message>
      <source>Duplicate</source>
      <translation>创建副本</translation>
    </message>
    <message>
      <source>Duplicate this chat</source>
      <translation>为此对话创建副本</translation>
    </message>
    <message>
      <source>Export…</source>
      <translation>导出…</translation>
    </message>
    <message>
      <source>Hide what is in it</source>
      <translation>收起内容</translation>
    </message>
    <message>
      <source>MMMM yyyy</source>
      <translation>yyyy年M月</translation>
    </message>
    <message>
      <source>Mark as read</source>
      <translation>标为已读</translation>
    </message>
    <message>
      <source>Mark as unread</source>
      <translation>标为未读</translation>
    </message>
    <message>
      <source>Move to folder</source>
      <translation>移到文件夹</translation>
    </message>
    <message>
      <source>New folder</source>
      <translation>新建文件夹</translation>
    </message>
    <message>
      <source>No folder</source>
      <translation>不放入文件夹</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>打开</translation>
    </message>
    <message>
      <source>Pin</source>
      <translation>置顶</translation>
    </message>
    <message>
      <source>Pin or unpin this chat</source>
      <translation>置顶或取消置顶此对话</translation>
    </message>
    <message>
      <source>Pinned</source>
      <translation>置顶</translation>
    </message>
    <message>
      <source>Previous 7 days</source>
      <translation>过去 7 天</translation>
    </message>
    <message>
      <source>Rename</source>
      <translation>重命名</translation>
    </message>
    <message>
      <source>Rename this chat</source>
      <translation>重命名此对话</translation>
    </message>
    <message>
      <source>Search chats</source>
      <translation>搜索对话</translation>
    </message>
    <message>
      <source>Show what is in it</source>
      <translation>展开内容</translation>
    </message>
    <message>
      <source>Take out of the archive</source>
      <translation>取消归档</translation>
    </message>
    <message>
      <source>Today</source>
      <translation>今天</translation>
    </message>
    <message>
      <source>Unpin</source>
      <translation>取消置顶</translation>
    </message>
    <message>
      <source>Yesterday</source>
      <translation>昨天</translation>
    </message>
    <message>
      <source>a reply is being written</source>
      <translation>正在生成回复</translation>
    </message>
    <message>
      <source>new reply</source>
      <translation>有新回复</translation>
    </message>
    <message>
      <source>pinned</source>
      <translation>已置顶</translation>
    </message>
    <message>
      <source>{name}, folder, collapsed, {chats}</source>
      <translation>{name}，文件夹，已收起，{chats}</translation>
    </message>
    <message>
      <source>{name}, folder, {chats}</source>
      <translation>{name}，文件夹，{chats}</translation>
    </message>
  </context>
  <context>
    <name>ChatOverridesDialog</name>
    <message>
      <source>All as in other chats</source>
      <translation>全部与其他对话相同</translation>
    </message>
    <message>
      <source>As in other chats</source>
      <translation>与其他对话相同</translation>
    </message>
    <message>
      <source>Settings of this chat</source>
      <translation>此对话的设置</translation>
    </message>
    <message>
      <source>What is not set here follows the model's settings or the app's. Changes count from the next reply.</source>
      <translation>这里没有设置的，跟随模型或应用的设置。更改从下一条回复起生效。</translation>
    </message>
  </context>
  <context>
    <name>ChatSearch</name>
    <message numerus="yes">
      <source>+%n more</source>
      <translation>
        <numerusform>还有 %n 处</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ChatSettings</name>
    <message>
      <source>Settings of this chat…</source>
      <translation>此对话的设置…</translation>
    </message>
  </context>
  <context>
    <name>CodeSaving</name>
    <message>
      <source>Save code</source>
      <translation>保存代码</translation>
    </message>
    <message>
      <source>The code could not be saved: {reason}. Choose another place.</source>
      <translation>代码无法保存：{reason}。请换一个位置。</translation>
    </message>
  </context>
  <context>
    <name>CommandPalette</name>
    <message>
      <source>Actions, chats, models, settings</source>
      <translation>操作、对话、模型、设置</translation>
    </message>
    <message>
      <source>Commands</source>
      <translation>命令</translation>
    </message>
    <message>
      <source>Finds actions, chats, models and settings. Arrow keys move through them, Enter chooses one.</source>
      <translation>查找操作、对话、模型和设置。方向键移动，Enter 选择。</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>没有找到</translation>
    </message>
    <message>
      <source>What would you like to do?</source>
      <translation>想做什么？</translation>
    </message>
  </context>
  <context>
    <name>CompareDialog</name>
    <message>
      <source>Close</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Compare versions</source>
      <translation>比较版本</translation>
    </message>
    <message>
      <source>Next difference (F3)</source>
      <translation>下一处差异（F3）</translation>
    </message>
    <message>
      <source>Previous difference (Shift+F3)</source>
      <translation>上一处差异（Shift+F3）</translation>
    </message>
    <message>
      <source>Version on the left</source>
      <translation>左侧版本</translation>
    </message>
    <message>
      <source>Version on the right</source>
      <translation>右侧版本</translation>
    </message>
  </context>
  <context>
    <name>Composer</name>
    <message>
      <source>Attach files</source>
      <translation>附加文件</translation>
    </message>
    <message>
      <source>Choose a model above to begin</source>
      <translation>先在上方选择一个模型</translation>
    </message>
    <message>
      <source>Enter sends after this reply · Esc stops the reply</source>
      <translation>按 Enter 在本次回复之后发送 · 按 Esc 停止回复</translation>
    </message>
    <message>
      <source>Enter sends · Shift+Enter breaks the line · replies can be wrong</source>
      <translation>Enter 发送 · Shift+Enter 换行 · 回复可能有误</translation>
    </message>
    <message>
      <source>Reading files…</source>
      <translation>正在读取文件…</translation>
    </message>
    <message>
      <source>Send</source>
      <translation>发送</translation>
    </message>
    <message>
      <source>Send (Enter)</source>
      <translation>发送（Enter）</translation>
    </message>
    <message>
      <source>Send after this reply</source>
      <translation>在本次回复之后发送</translation>
    </message>
    <message>
      <source>Send after this reply (Enter)</source>
      <translation>在本次回复之后发送（Enter）</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
    <message>
      <source>Stop writing (Esc)</source>
      <translation>停止回复（Esc）</translation>
    </message>
    <message>
      <source>Write a message</source>
      <translation>写消息</translation>
    </message>
  </context>
  <context>
    <name>ComposerDesk</name>
    <message>
      <source>Attach files</source>
      <translation>附加文件</translation>
    </message>
    <message>
      <source>Attach files…</source>
      <translation>附加文件…</translation>
    </message>
    <message>
      <source>Pasted picture.png</source>
      <translation>粘贴的图片.png</translation>
    </message>
    <message>
      <source>Save what is written as a prompt…</source>
      <translation>将已写内容保存为提示词…</translation>
    </message>
    <message>
      <source>Saved prompts…</source>
      <translation>已保存的提示词…</translation>
    </message>
  </context>
  <context>
    <name>ContextMeter</name>
    <message>
      <source>1 earlier message</source>
      <translation>1 条较早的消息</translation>
    </message>
    <message>
      <source>1 earlier message is not sent</source>
      <translation>1 条较早的消息不会发送</translation>
    </message>
    <message>
      <source>1 token</source>
      <translation>1 个 token</translation>
    </message>
    <message>
      <source>Context: {use}</source>
      <translation>上下文：{use}</translation>
    </message>
    <message>
      <source>Drop the oldest</source>
      <translation>舍去最早的</translation>
    </message>
    <message>
      <source>Free for the reply</source>
      <translation>留给回复的空间</translation>
    </message>
    <message>
      <source>Keep the first and the last</source>
      <translation>保留开头和结尾</translation>
    </message>
    <message>
      <source>Messages, read already</source>
      <translation>消息（已读）</translation>
    </message>
    <message>
      <source>Messages, to be read</source>
      <translation>消息（待读）</translation>
    </message>
    <message>
      <source>Not counted yet</source>
      <translation>尚未统计</translation>
    </message>
    <message>
      <source>Nothing is left out before you have agreed to it.</source>
      <translation>未经您同意，不会省略任何内容。</translation>
    </message>
    <message>
      <source>Pinned</source>
      <translation>已固定</translation>
    </message>
    <message>
      <source>Reply</source>
      <translation>回复</translation>
    </message>
    <message>
      <source>Sending this leaves out {messages}.</source>
      <translation>发送后将省略{messages}。</translation>
    </message>
    <message>
      <source>Sending this summarises {messages}.</source>
      <translation>发送后将总结{messages}。</translation>
    </message>
    <message>
      <source>Sending this would leave out {messages}; you will be asked.</source>
      <translation>发送后将省略{messages}；届时会先询问您。</translation>
    </message>
    <message>
      <source>Stop and ask</source>
      <translation>停下来询问</translation>
    </message>
    <message>
      <source>Summarise</source>
      <translation>总结</translation>
    </message>
    <message>
      <source>Summary</source>
      <translation>摘要</translation>
    </message>
    <message>
      <source>System</source>
      <translation>系统</translation>
    </message>
    <message>
      <source>System and template</source>
      <translation>系统与模板</translation>
    </message>
    <message>
      <source>The beginning and the end are sent, the middle is left out.</source>
      <translation>发送开头和结尾，省略中间部分。</translation>
    </message>
    <message>
      <source>The context is counted as soon as the model is free.</source>
      <translation>模型空闲后会统计上下文占用。</translation>
    </message>
    <message>
      <source>The model is sent {use}; {reserve}. Click to see what it is sent.</source>
      <translation>发送给模型 {use}；{reserve}。点击查看发送的内容。</translation>
    </message>
    <message>
      <source>The model writes a summary that stands for earlier messages; you can edit it.</source>
      <translation>由模型写一份摘要来代替较早的消息；您可以编辑它。</translation>
    </message>
    <message>
      <source>The oldest questions are left out, together with their replies.</source>
      <translation>省略最早的提问及其回复。</translation>
    </message>
    <message>
      <source>This does not fit: with what is always sent it takes {tokens} tokens, and there is room for {room}.</source>
      <translation>放不下：连同总要发送的内容共需 {tokens} 个 token，而空间只有 {room} 个。</translation>
    </message>
    <message>
      <source>Tool</source>
      <translation>工具</translation>
    </message>
    <message>
      <source>Unused</source>
      <translation>未使用</translation>
    </message>
    <message>
      <source>What the model is sent</source>
      <translation>发送给模型的内容</translation>
    </message>
    <message>
      <source>You</source>
      <translation>您</translation>
    </message>
    <message>
      <source>Your draft</source>
      <translation>您的草稿</translation>
    </message>
    <message>
      <source>falls out next</source>
      <translation>接下来会被省略</translation>
    </message>
    <message>
      <source>only {left} of {count} left for reasoning and the reply</source>
      <translation>留给推理和回复的 {count} 个 token 只剩 {left} 个</translation>
    </message>
    <message>
      <source>only {left} of {count} left for the reply</source>
      <translation>留给回复的 {count} 个 token 只剩 {left} 个</translation>
    </message>
    <message>
      <source>read already</source>
      <translation>已读</translation>
    </message>
    <message>
      <source>stands for 1 message</source>
      <translation>代替 1 条消息</translation>
    </message>
    <message>
      <source>stands for {count} messages</source>
      <translation>代替 {count} 条消息</translation>
    </message>
    <message>
      <source>the first message</source>
      <translation>第一条消息</translation>
    </message>
    <message>
      <source>the first {count} messages</source>
      <translation>前 {count} 条消息</translation>
    </message>
    <message>
      <source>to be read</source>
      <translation>待读</translation>
    </message>
    <message>
      <source>{count} earlier messages</source>
      <translation>{count} 条较早的消息</translation>
    </message>
    <message>
      <source>{count} earlier messages are not sent</source>
      <translation>{count} 条较早的消息不会发送</translation>
    </message>
    <message>
      <source>{count} kept free for reasoning and the reply</source>
      <translation>为推理和回复保留 {count} 个</translation>
    </message>
    <message>
      <source>{count} kept free for the reply</source>
      <translation>为回复保留 {count} 个</translation>
    </message>
    <message>
      <source>{count} tokens</source>
      <translation>{count} 个 token</translation>
    </message>
    <message>
      <source>{count} tokens of reasoning so far, not sent again</source>
      <translation>至今推理 {count} 个 token，不会再次发送</translation>
    </message>
    <message>
      <source>{count} tokens of the reply so far</source>
      <translation>回复至今 {count} 个 token</translation>
    </message>
    <message>
      <source>{policy} (default for this model)</source>
      <translation>{policy}（此模型的默认方式）</translation>
    </message>
    <message>
      <source>{used} of {total} tokens</source>
      <translation>{used} / {total} 个 token</translation>
    </message>
    <message>
      <source>{what}: {count}</source>
      <translation>{what}：{count}</translation>
    </message>
  </context>
  <context>
    <name>ConversationDesk</name>
    <message>
      <source>Loading the model… {percent} %</source>
      <translation>正在加载模型… {percent}%</translation>
    </message>
  </context>
  <context>
    <name>ConversationPane</name>
    <message>
      <source>Menu</source>
      <translation>菜单</translation>
    </message>
  </context>
  <context>
    <name>CrashDialog</name>
    <message>
      <source>Copy details</source>
      <translation>复制详细信息</translation>
    </message>
    <message>
      <source>Details</source>
      <translation>详细信息</translation>
    </message>
    <message>
      <source>Something went wrong in ChatDesk</source>
      <translation>ChatDesk 出了问题</translation>
    </message>
    <message>
      <source>This is a fault in ChatDesk, not something you did. Your chats are safe.
Please report it with the details below. The log file is {log_file}.</source>
      <translation>这是 ChatDesk 的错误，不是您的操作造成的。您的对话完好无损。
请附上下面的详细信息报告此问题。日志文件是 {log_file}。</translation>
    </message>
  </context>
  <context>
    <name>DeletedMenu</name>
    <message>
      <source>Restore a deleted chat</source>
      <translation>恢复已删除的对话</translation>
    </message>
  </context>
  <context>
    <name>Devices</name>
    <message>
      <source>GPU layers are set to 0</source>
      <translation>GPU 层数设为 0</translation>
    </message>
    <message>
      <source>all layers</source>
      <translation>全部层</translation>
    </message>
    <message>
      <source>no GPU driver found</source>
      <translation>没有找到 GPU 驱动程序</translation>
    </message>
    <message>
      <source>this build of llama.cpp has no GPU support</source>
      <translation>此版本的 llama.cpp 不支持 GPU</translation>
    </message>
    <message>
      <source>{count} of {total} layers</source>
      <translation>{total} 层中的 {count} 层</translation>
    </message>
  </context>
  <context>
    <name>Discover</name>
    <message>
      <source>Choose one of the results to see its files, and which of them fit this computer.</source>
      <translation>选择一个结果，查看它的文件以及其中哪些适合这台电脑。</translation>
    </message>
    <message>
      <source>Find a model</source>
      <translation>查找模型</translation>
    </message>
    <message>
      <source>Most downloaded</source>
      <translation>下载最多</translation>
    </message>
    <message>
      <source>Most liked</source>
      <translation>最受喜爱</translation>
    </message>
    <message>
      <source>No model is open</source>
      <translation>尚未打开模型</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>没有找到</translation>
    </message>
    <message>
      <source>Opening {repo_id}…</source>
      <translation>正在打开 {repo_id}…</translation>
    </message>
    <message>
      <source>Order of the results</source>
      <translation>结果的排序</translation>
    </message>
    <message>
      <source>Recently updated</source>
      <translation>最近更新</translation>
    </message>
    <message>
      <source>Retry</source>
      <translation>重试</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>搜索</translation>
    </message>
    <message>
      <source>Search results</source>
      <translation>搜索结果</translation>
    </message>
    <message>
      <source>Search the Hugging Face Hub</source>
      <translation>搜索 Hugging Face Hub</translation>
    </message>
    <message>
      <source>Searching the Hub…</source>
      <translation>正在搜索 Hub…</translation>
    </message>
    <message>
      <source>Settings…</source>
      <translation>设置…</translation>
    </message>
    <message>
      <source>The Hub could not be searched</source>
      <translation>无法搜索 Hub</translation>
    </message>
    <message>
      <source>Try fewer or other words: the name of a model family and a size work best, such as “qwen 8b”.</source>
      <translation>请减少或更换关键词：模型系列名加大小效果最好，例如“qwen 8b”。</translation>
    </message>
    <message>
      <source>Words, owner/name or a pasted address</source>
      <translation>关键词、所有者/名称，或粘贴的网址</translation>
    </message>
    <message>
      <source>Write what you look for, such as “qwen 8b” or “coder”. Search with nothing written shows what most people download.</source>
      <translation>写下要找的内容，例如“qwen 8b”或“coder”。什么都不写直接搜索，则显示下载最多的模型。</translation>
    </message>
    <message>
      <source>“{repo_id}” could not be shown</source>
      <translation>无法显示“{repo_id}”</translation>
    </message>
  </context>
  <context>
    <name>DownloadButton</name>
    <message>
      <source>Checking…</source>
      <translation>正在检查…</translation>
    </message>
    <message>
      <source>Download</source>
      <translation>下载</translation>
    </message>
    <message>
      <source>Download {what}</source>
      <translation>下载 {what}</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Installed</source>
      <translation>已安装</translation>
    </message>
    <message>
      <source>Paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>Waiting…</source>
      <translation>等待中…</translation>
    </message>
    <message>
      <source>{percent} %</source>
      <translation>{percent}%</translation>
    </message>
    <message>
      <source>{what} is installed. Show it among the installed models</source>
      <translation>{what} 已安装。在已安装的模型中显示</translation>
    </message>
    <message>
      <source>{what}: {state}, {percent} percent. Show it among the downloads</source>
      <translation>{what}：{state}，{percent}%。在下载列表中显示</translation>
    </message>
  </context>
  <context>
    <name>DownloadRow</name>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Earlier in the queue</source>
      <translation>在队列中提前</translation>
    </message>
    <message>
      <source>Later in the queue</source>
      <translation>在队列中推后</translation>
    </message>
    <message>
      <source>Open its page…</source>
      <translation>打开它的页面…</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>暂停</translation>
    </message>
    <message>
      <source>Progress of {name}</source>
      <translation>{name} 的进度</translation>
    </message>
    <message>
      <source>Resume</source>
      <translation>继续</translation>
    </message>
    <message>
      <source>Show it here no more. The model stays installed.</source>
      <translation>不再在这里显示。模型仍然保留。</translation>
    </message>
    <message>
      <source>Stop and delete the {size} that have arrived. Only downloading it again brings them back.</source>
      <translation>停止并删除已下载的 {size}。之后只能重新下载。</translation>
    </message>
    <message>
      <source>Stop it. Nothing of it has arrived yet.</source>
      <translation>停止。尚未下载任何内容。</translation>
    </message>
    <message>
      <source>Take off</source>
      <translation>移出列表</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>再试一次</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>使用</translation>
    </message>
    <message>
      <source>{verb}: {name}</source>
      <translation>{verb}：{name}</translation>
    </message>
  </context>
  <context>
    <name>DownloadsPage</name>
    <message>
      <source>Discover models</source>
      <translation>发现模型</translation>
    </message>
    <message>
      <source>Downloads</source>
      <translation>下载</translation>
    </message>
    <message>
      <source>Downloads go on while this window is closed, and from where they were after a lost connection or a restart.</source>
      <translation>关闭此窗口后下载仍会继续；断网或重启后从中断处接着下载。</translation>
    </message>
    <message>
      <source>Find a model under Discover and press Download beside one of its files.</source>
      <translation>在“发现”中找到模型，然后点击文件旁的“下载”。</translation>
    </message>
    <message>
      <source>No downloads</source>
      <translation>没有下载任务</translation>
    </message>
  </context>
  <context>
    <name>ElsewhereDialog</name>
    <message>
      <source>A GGUF file in any other place can be opened with “Open GGUF…” in the main window's menu.</source>
      <translation>其他位置的 GGUF 文件可以用主窗口菜单中的“打开 GGUF…”打开。</translation>
    </message>
    <message>
      <source>All</source>
      <translation>全部</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Look again</source>
      <translation>重新查找</translation>
    </message>
    <message>
      <source>Looking for models of other apps…</source>
      <translation>正在查找其他应用的模型…</translation>
    </message>
    <message>
      <source>Models of other apps</source>
      <translation>其他应用的模型</translation>
    </message>
    <message>
      <source>Models that LM Studio, Ollama, Jan, GPT4All or the Hub's cache already hold can be used where they lie: nothing is copied, moved or changed. When the other app removes one, it is gone here too.</source>
      <translation>LM Studio、Ollama、Jan、GPT4All 或 Hub 缓存中已有的模型可以就地使用：不复制、不移动、不修改。如果那个应用删除了模型，这里也就没有了。</translation>
    </message>
    <message>
      <source>Models that were found</source>
      <translation>找到的模型</translation>
    </message>
    <message>
      <source>No models of other apps were found</source>
      <translation>没有找到其他应用的模型</translation>
    </message>
    <message>
      <source>None</source>
      <translation>全不选</translation>
    </message>
    <message>
      <source>The disk could not be looked through</source>
      <translation>无法查看磁盘</translation>
    </message>
    <message>
      <source>Use where they are</source>
      <translation>就地使用</translation>
    </message>
    <message>
      <source>{size} chosen</source>
      <translation>已选 {size}</translation>
    </message>
  </context>
  <context>
    <name>EntryList</name>
    <message>
      <source>What is sent to the model</source>
      <translation>发送给模型的内容</translation>
    </message>
  </context>
  <context>
    <name>Errors</name>
    <message>
      <source>A message can have {count} attachments, so “{name}” was not attached.</source>
      <translation>一条消息最多可有 {count} 个附件，因此没有附加“{name}”。</translation>
    </message>
    <message>
      <source>A newer ChatDesk may; until then choose another model.</source>
      <translation>较新的 ChatDesk 或许可以；目前请选择其他模型。</translation>
    </message>
    <message>
      <source>A reply is still being written.</source>
      <translation>还有一条回复正在生成。</translation>
    </message>
    <message>
      <source>Accept it at {url}, then put an access token of your account into Settings and try again.</source>
      <translation>请在 {url} 接受许可，然后把您账号的访问令牌填入设置，再试一次。</translation>
    </message>
    <message>
      <source>Allow it, or set CHATDESK_HOME to another folder.</source>
      <translation>请授予权限，或把 CHATDESK_HOME 设为其他文件夹。</translation>
    </message>
    <message>
      <source>An older ChatDesk wrote it, it came from a file, it failed, or its text was changed.</source>
      <translation>它由较旧的 ChatDesk 写成、来自文件、失败了，或文字已被更改。</translation>
    </message>
    <message>
      <source>Another program holds the file with your chats: {path}.</source>
      <translation>另一个程序占用着保存对话的文件：{path}。</translation>
    </message>
    <message>
      <source>Attach the part of it that matters.</source>
      <translation>请只附加其中重要的部分。</translation>
    </message>
    <message>
      <source>ChatDesk ended unexpectedly while “{model}” was in use. Your chats are safe.</source>
      <translation>ChatDesk 在使用“{model}”时意外退出。您的对话完好无损。</translation>
    </message>
    <message>
      <source>ChatDesk is in offline mode, so nobody was asked for a new version.</source>
      <translation>ChatDesk 处于离线模式，因此没有向任何地方询问新版本。</translation>
    </message>
    <message>
      <source>ChatDesk is in offline mode, so the Hugging Face Hub was not asked.</source>
      <translation>ChatDesk 处于离线模式，因此没有访问 Hugging Face Hub。</translation>
    </message>
    <message>
      <source>ChatDesk is open and answers with the model that is chosen there.</source>
      <translation>ChatDesk 已打开，并使用其中选择的模型回答。</translation>
    </message>
    <message>
      <source>ChatDesk is open and works with these models.</source>
      <translation>ChatDesk 已打开，正在使用这些模型。</translation>
    </message>
    <message>
      <source>ChatDesk is open, but its window does not answer.</source>
      <translation>ChatDesk 已打开，但其窗口没有响应。</translation>
    </message>
    <message>
      <source>ChatDesk may not write to its folder {path}.</source>
      <translation>ChatDesk 没有写入其文件夹 {path} 的权限。</translation>
    </message>
    <message>
      <source>ChatDesk no longer uses the access token, but the system's keyring may still hold it ({reason}).</source>
      <translation>ChatDesk 不再使用该访问令牌，但系统的密钥环中可能仍保存着它（{reason}）。</translation>
    </message>
    <message>
      <source>ChatDesk runs models in the GGUF format; look for a GGUF version of it.</source>
      <translation>ChatDesk 运行 GGUF 格式的模型；请查找它的 GGUF 版本。</translation>
    </message>
    <message>
      <source>ChatDesk's release page cannot be reached ({reason}).</source>
      <translation>无法连接 ChatDesk 的发布页面（{reason}）。</translation>
    </message>
    <message>
      <source>Check its spelling; a private repo needs an access token in Settings.</source>
      <translation>请检查拼写；私有仓库需要在设置中填写访问令牌。</translation>
    </message>
    <message>
      <source>Check that it arrived whole, and export or download it once more.</source>
      <translation>请检查文件是否完整，然后重新导出或下载。</translation>
    </message>
    <message>
      <source>Check that the file is there and that you may read it.</source>
      <translation>请检查文件是否存在以及您是否有权读取。</translation>
    </message>
    <message>
      <source>Check the connection, or set a mirror or a proxy in Settings; what is installed works without a network.</source>
      <translation>请检查网络连接，或在设置中填写镜像或代理；已安装的模型无需网络即可使用。</translation>
    </message>
    <message>
      <source>Check the connection, or set a proxy in Settings; then try again.</source>
      <translation>请检查网络连接，或在设置中填写代理，然后重试。</translation>
    </message>
    <message>
      <source>Check the disk and try again.</source>
      <translation>请检查磁盘后再试一次。</translation>
    </message>
    <message>
      <source>Check the file's permissions and its disk.</source>
      <translation>请检查文件的权限及其所在磁盘。</translation>
    </message>
    <message>
      <source>Check whether a virus scanner holds it back, or install ChatDesk again.</source>
      <translation>请查看是否被杀毒软件拦截，或重新安装 ChatDesk。</translation>
    </message>
    <message>
      <source>Choose a file that ends in .gguf.</source>
      <translation>请选择以 .gguf 结尾的文件。</translation>
    </message>
    <message>
      <source>Choose a file.</source>
      <translation>请选择一个文件。</translation>
    </message>
    <message>
      <source>Choose a folder on this computer's own disk.</source>
      <translation>请选择这台电脑自己磁盘上的文件夹。</translation>
    </message>
    <message>
      <source>Choose a folder somewhere else.</source>
      <translation>请选择其他位置的文件夹。</translation>
    </message>
    <message>
      <source>Choose a language model made for text generation.</source>
      <translation>请选择用于文本生成的语言模型。</translation>
    </message>
    <message>
      <source>Choose a number from {least} to {most}.</source>
      <translation>请选择 {least} 到 {most} 之间的数字。</translation>
    </message>
    <message>
      <source>Choose a shorter context in Settings, a smaller quantization, or close other programs.</source>
      <translation>请在设置中缩短上下文、选择更小的量化，或关闭其他程序。</translation>
    </message>
    <message>
      <source>Choose a shorter context, fewer GPU layers or a smaller file, or load it anyway.</source>
      <translation>请选择更短的上下文、更少的 GPU 层数或更小的文件，或者仍然加载。</translation>
    </message>
    <message>
      <source>Choose a text file, or a list of prompts as JSON.</source>
      <translation>请选择文本文件，或 JSON 格式的提示词列表。</translation>
    </message>
    <message>
      <source>Choose an empty folder, or make a new one.</source>
      <translation>请选择空文件夹，或新建一个。</translation>
    </message>
    <message>
      <source>Choose another file.</source>
      <translation>请选择其他文件。</translation>
    </message>
    <message>
      <source>Choose it in the model picker, then check again.</source>
      <translation>请在模型选择器中选择它，然后再次检查。</translation>
    </message>
    <message>
      <source>Choose one in the model picker.</source>
      <translation>请在模型选择器中选择一个。</translation>
    </message>
    <message>
      <source>Close busy programs and try again, or choose a smaller model.</source>
      <translation>请关闭占用资源的程序后再试，或选择更小的模型。</translation>
    </message>
    <message>
      <source>Close it and start ChatDesk again.</source>
      <translation>请关闭它，然后重新启动 ChatDesk。</translation>
    </message>
    <message>
      <source>Close it and try again.</source>
      <translation>请将其关闭后重试。</translation>
    </message>
    <message>
      <source>Close programs that use it and try again.</source>
      <translation>请关闭正在使用它的程序，然后再试一次。</translation>
    </message>
    <message>
      <source>Copy it to a safe place before anything else.</source>
      <translation>请先把它复制到安全的地方，再做其他操作。</translation>
    </message>
    <message>
      <source>Do it in its window, or close the window first.</source>
      <translation>请在它的窗口中操作，或先关闭那个窗口。</translation>
    </message>
    <message>
      <source>Download it again, or choose another file.</source>
      <translation>请重新下载，或选择其他文件。</translation>
    </message>
    <message>
      <source>Download it again.</source>
      <translation>请重新下载。</translation>
    </message>
    <message>
      <source>Free some space and try again; what was saved before is safe.</source>
      <translation>请腾出一些空间后再试；之前保存的内容完好无损。</translation>
    </message>
    <message>
      <source>Free some space there, or choose another disk.</source>
      <translation>请在那里腾出空间，或选择其他磁盘。</translation>
    </message>
    <message>
      <source>Install the ChatDesk package made for this kind of computer.</source>
      <translation>请安装适合这类电脑的 ChatDesk 安装包。</translation>
    </message>
    <message>
      <source>Install the same file again to check it.</source>
      <translation>请重新安装同一个文件以进行检查。</translation>
    </message>
    <message>
      <source>It can be taken off the list.</source>
      <translation>可以把它移出列表。</translation>
    </message>
    <message>
      <source>It is damaged, locked, or of another version of ChatDesk. Copy it to a safe place, then open ChatDesk's window.</source>
      <translation>它已损坏、被占用，或属于另一版本的 ChatDesk。请先把它复制到安全的地方，再打开 ChatDesk 的窗口。</translation>
    </message>
    <message>
      <source>It is not known in every detail what this reply was made from.</source>
      <translation>这条回复的产生条件并非全部已知。</translation>
    </message>
    <message>
      <source>It may have been moved or removed; choose another model or open the file again.</source>
      <translation>它可能已被移动或删除；请选择其他模型，或重新打开该文件。</translation>
    </message>
    <message>
      <source>It may have been renamed or removed; open the repo's page again.</source>
      <translation>它可能已被改名或删除；请重新打开该仓库的页面。</translation>
    </message>
    <message>
      <source>It was thrown away. Download it again; if it happens again, the network or the disk is at fault.</source>
      <translation>文件已丢弃。请重新下载；如果再次发生，则是网络或磁盘的问题。</translation>
    </message>
    <message>
      <source>Its download probably failed; download it again.</source>
      <translation>它可能没有下载完整；请重新下载。</translation>
    </message>
    <message>
      <source>Leave out --model, or close the window first.</source>
      <translation>请去掉 --model，或先关闭窗口。</translation>
    </message>
    <message>
      <source>Loading “{model}” was cancelled.</source>
      <translation>已取消加载“{model}”。</translation>
    </message>
    <message>
      <source>Look for its title in the window; it may have been renamed or deleted.</source>
      <translation>请在窗口中查看它的标题；它可能已被重命名或删除。</translation>
    </message>
    <message>
      <source>Make a new one at {url} and put it into Settings.</source>
      <translation>请在 {url} 新建一个，并填入设置。</translation>
    </message>
    <message>
      <source>Name the one that you mean.</source>
      <translation>请写出您要的那一个。</translation>
    </message>
    <message>
      <source>No model is loaded.</source>
      <translation>没有加载模型。</translation>
    </message>
    <message>
      <source>Only the same file can write it again.</source>
      <translation>只有同一个文件才能再次写出它。</translation>
    </message>
    <message>
      <source>Open a GGUF file of your own, or install ChatDesk again.</source>
      <translation>请打开您自己的 GGUF 文件，或重新安装 ChatDesk。</translation>
    </message>
    <message>
      <source>Open its page again and download the new version.</source>
      <translation>请重新打开它的页面，下载新版本。</translation>
    </message>
    <message>
      <source>Paste the address of a repo, or write owner/name.</source>
      <translation>请粘贴仓库的网址，或填写 所有者/名称。</translation>
    </message>
    <message>
      <source>Put all pieces into one folder and open the first.</source>
      <translation>请把所有分片放进同一个文件夹，然后打开第一个。</translation>
    </message>
    <message>
      <source>Remove models or other files, or choose a smaller quantization.</source>
      <translation>请删除一些模型或其他文件，或选择更小的量化。</translation>
    </message>
    <message>
      <source>Replies may be worse than they could be.</source>
      <translation>回复的质量可能会打折扣。</translation>
    </message>
    <message>
      <source>Restore it from the menu, or begin a new one.</source>
      <translation>请从菜单中恢复它，或新建一个对话。</translation>
    </message>
    <message>
      <source>Save it as plain text and attach that.</source>
      <translation>请将其另存为纯文本后再附加。</translation>
    </message>
    <message>
      <source>Send a shorter one, unpin messages, choose a longer context in Settings, or another model.</source>
      <translation>请缩短消息、取消固定一些消息、在设置中选择更长的上下文，或换一个模型。</translation>
    </message>
    <message>
      <source>Send it all the same, or choose a longer context in Settings.</source>
      <translation>仍然发送，或在设置中选择更长的上下文。</translation>
    </message>
    <message>
      <source>Send it with another message.</source>
      <translation>请随另一条消息发送。</translation>
    </message>
    <message>
      <source>Several models begin with “{model}”: {names}.</source>
      <translation>有多个模型以“{model}”开头：{names}。</translation>
    </message>
    <message>
      <source>Something went wrong inside ChatDesk ({reason}).</source>
      <translation>ChatDesk 内部出错（{reason}）。</translation>
    </message>
    <message>
      <source>The Hub answered with something unexpected ({reason}).</source>
      <translation>Hub 的应答出乎意料（{reason}）。</translation>
    </message>
    <message>
      <source>The Hub asks for a pause: too many requests came from this network.</source>
      <translation>Hub 要求稍候：来自此网络的请求过多。</translation>
    </message>
    <message>
      <source>The Hub did not accept the access token.</source>
      <translation>Hub 不接受该访问令牌。</translation>
    </message>
    <message>
      <source>The Hub has no repo “{repo_id}”, or it is private.</source>
      <translation>Hub 上没有仓库“{repo_id}”，或者它是私有的。</translation>
    </message>
    <message>
      <source>The authors of “{repo_id}” want their licence accepted first.</source>
      <translation>“{repo_id}”的作者要求先接受许可协议。</translation>
    </message>
    <message>
      <source>The chat template of “{model}” does not work ({reason}); a general one is used instead.</source>
      <translation>“{model}”的对话模板无法使用（{reason}）；已改用通用模板。</translation>
    </message>
    <message>
      <source>The context is full: 1 earlier message of this chat is no longer sent to the model.</source>
      <translation>上下文已满：此对话中 1 条较早的消息不再发送给模型。</translation>
    </message>
    <message>
      <source>The context is full: {count} earlier messages of this chat are no longer sent to the model.</source>
      <translation>上下文已满：此对话中 {count} 条较早的消息不再发送给模型。</translation>
    </message>
    <message>
      <source>The disk is full, so this could not be saved.</source>
      <translation>磁盘已满，因此无法保存。</translation>
    </message>
    <message>
      <source>The disk reported an error: {reason}.</source>
      <translation>磁盘报告错误：{reason}。</translation>
    </message>
    <message>
      <source>The file is probably damaged; download it again or choose another.</source>
      <translation>文件可能已损坏；请重新下载或选择其他文件。</translation>
    </message>
    <message>
      <source>The file of “{model}” is no longer the one that wrote this reply.</source>
      <translation>“{model}”的文件已不是写下这条回复的那个。</translation>
    </message>
    <message>
      <source>The file with your chats cannot be read: {path}.</source>
      <translation>无法读取保存对话的文件：{path}。</translation>
    </message>
    <message>
      <source>The file with your chats could not be read, so a new one was begun.</source>
      <translation>无法读取保存对话的文件，因此新建了一个。</translation>
    </message>
    <message>
      <source>The file with your chats is damaged: {path}.</source>
      <translation>保存对话的文件已损坏：{path}。</translation>
    </message>
    <message>
      <source>The folder {path} lies on a disk where chats cannot be kept safely (a network drive?).</source>
      <translation>文件夹 {path} 所在的磁盘无法安全地保存对话（是网络驱动器吗？）。</translation>
    </message>
    <message>
      <source>The model is loaded with another {name} than when it wrote this reply.</source>
      <translation>模型现在加载的 {name} 与写下这条回复时不同。</translation>
    </message>
    <message>
      <source>The model was not loaded by itself; choose it in the model picker to try again.</source>
      <translation>没有自动加载该模型；请在模型选择器中选择它再试一次。</translation>
    </message>
    <message>
      <source>The old file is kept as {moved_to}.</source>
      <translation>旧文件保留为 {moved_to}。</translation>
    </message>
    <message>
      <source>The part of ChatDesk that computes is missing or cannot be opened.</source>
      <translation>ChatDesk 中负责计算的部分缺失或无法打开。</translation>
    </message>
    <message>
      <source>The release page answered with something unexpected ({reason}).</source>
      <translation>发布页面的回答出乎意料（{reason}）。</translation>
    </message>
    <message>
      <source>The release page asks for a pause: too many requests came from this network.</source>
      <translation>发布页面要求稍候：来自此网络的请求过多。</translation>
    </message>
    <message>
      <source>The settings file could not be read, so the standard settings are used.</source>
      <translation>无法读取设置文件，因此使用标准设置。</translation>
    </message>
    <message>
      <source>The starter model is not installed.</source>
      <translation>没有安装入门模型。</translation>
    </message>
    <message>
      <source>The window that is open is of another version of ChatDesk.</source>
      <translation>已打开的窗口属于另一个版本的 ChatDesk。</translation>
    </message>
    <message>
      <source>There is no chat “{conversation}”, or several begin so.</source>
      <translation>没有对话“{conversation}”，或者有多个对话以此开头。</translation>
    </message>
    <message>
      <source>There is no chat “{title}”.</source>
      <translation>没有名为“{title}”的对话。</translation>
    </message>
    <message>
      <source>There is no model “{model}”.</source>
      <translation>没有模型“{model}”。</translation>
    </message>
    <message>
      <source>There is not enough memory for “{model}”.</source>
      <translation>内存不足，无法加载“{model}”。</translation>
    </message>
    <message>
      <source>There is nothing to send.</source>
      <translation>没有可发送的内容。</translation>
    </message>
    <message>
      <source>There is something in {path} already.</source>
      <translation>{path} 中已有内容。</translation>
    </message>
    <message>
      <source>They stay in the chat. A longer context in Settings lets the model see them again.</source>
      <translation>它们仍保留在对话中。在设置中选择更长的上下文，模型就能再次看到它们。</translation>
    </message>
    <message>
      <source>This build of llama.cpp uses instructions that this computer's processor does not have.</source>
      <translation>此版本的 llama.cpp 使用了这台电脑的处理器不支持的指令。</translation>
    </message>
    <message>
      <source>This chat was deleted.</source>
      <translation>此对话已删除。</translation>
    </message>
    <message>
      <source>This message does not fit unless 1 earlier message is kept from the model.</source>
      <translation>除非不让模型看到 1 条较早的消息，否则这条消息放不下。</translation>
    </message>
    <message>
      <source>This message does not fit unless {count} earlier messages are kept from the model.</source>
      <translation>除非不让模型看到 {count} 条较早的消息，否则这条消息放不下。</translation>
    </message>
    <message>
      <source>This message is {tokens} tokens long: more than a context of {n_ctx} has room for here.</source>
      <translation>这条消息有 {tokens} 个 token：超出了 {n_ctx} 的上下文在此处的空间。</translation>
    </message>
    <message>
      <source>This system has no safe place for the access token ({reason}), so it is kept until ChatDesk closes.</source>
      <translation>此系统没有安全存放访问令牌的地方（{reason}），因此只保留到 ChatDesk 关闭为止。</translation>
    </message>
    <message>
      <source>This version of llama.cpp does not know the architecture “{architecture}” of “{model}”.</source>
      <translation>此版本的 llama.cpp 不认识“{model}”的架构“{architecture}”。</translation>
    </message>
    <message>
      <source>Try again in a moment, or close the window first.</source>
      <translation>请稍后再试，或先关闭窗口。</translation>
    </message>
    <message>
      <source>Try again in {seconds} s, or open the page in the browser.</source>
      <translation>请在 {seconds} 秒后重试，或在浏览器中打开该页面。</translation>
    </message>
    <message>
      <source>Try again in {seconds} s; an access token in Settings raises the limit.</source>
      <translation>请在 {seconds} 秒后再试；在设置中填写访问令牌可提高限额。</translation>
    </message>
    <message>
      <source>Try again later, or open the page in the browser.</source>
      <translation>请稍后重试，或在浏览器中打开该页面。</translation>
    </message>
    <message>
      <source>Try again later.</source>
      <translation>请稍后再试。</translation>
    </message>
    <message>
      <source>Try again; if it happens again, load the model again.</source>
      <translation>请再试一次；如果再次发生，请重新加载模型。</translation>
    </message>
    <message>
      <source>Try it again, or choose another model.</source>
      <translation>请再试一次，或选择其他模型。</translation>
    </message>
    <message>
      <source>Trying “{model}” took longer than {seconds} seconds and was given up.</source>
      <translation>试运行“{model}”超过 {seconds} 秒，已放弃。</translation>
    </message>
    <message>
      <source>Turn offline mode off in Settings to search and download.</source>
      <translation>请在设置中关闭离线模式，以便搜索和下载。</translation>
    </message>
    <message>
      <source>Turn offline mode off in Settings, or open the release page in the browser.</source>
      <translation>请在设置中关闭离线模式，或在浏览器中打开发布页面。</translation>
    </message>
    <message>
      <source>Unlock the keyring and remove “ChatDesk” there, or revoke the token on {url}.</source>
      <translation>请解锁密钥环并在其中删除“ChatDesk”，或在 {url} 撤销该令牌。</translation>
    </message>
    <message>
      <source>Unlock the system's keyring, or set HF_TOKEN in the environment.</source>
      <translation>请解锁系统的密钥环，或设置环境变量 HF_TOKEN。</translation>
    </message>
    <message>
      <source>Update ChatDesk to open them; nothing was changed.</source>
      <translation>请更新 ChatDesk 以打开它们；没有改动任何内容。</translation>
    </message>
    <message>
      <source>Wait for it, or stop it first.</source>
      <translation>请等它完成，或先停止它。</translation>
    </message>
    <message>
      <source>With this one its prompt cannot be processed in the same batches.</source>
      <translation>用现在的设置，它的提示词无法按相同的批次处理。</translation>
    </message>
    <message>
      <source>Write a message first.</source>
      <translation>请先写一条消息。</translation>
    </message>
    <message>
      <source>Write it in full, such as https://example.org.</source>
      <translation>请写完整，例如 https://example.org。</translation>
    </message>
    <message>
      <source>Your chats are safe. Details are in the log file.</source>
      <translation>您的对话完好无损。详细信息见日志文件。</translation>
    </message>
    <message>
      <source>Your chats were saved by a newer version of ChatDesk.</source>
      <translation>您的对话是由更新版本的 ChatDesk 保存的。</translation>
    </message>
    <message>
      <source>`chatdesk conversations` lists them all.</source>
      <translation>`chatdesk conversations` 会列出所有对话。</translation>
    </message>
    <message>
      <source>llama.cpp could not go on ({reason}).</source>
      <translation>llama.cpp 无法继续（{reason}）。</translation>
    </message>
    <message>
      <source>llama.cpp crashes on “{model}” ({reason}), so ChatDesk did not load it.</source>
      <translation>llama.cpp 在“{model}”上崩溃（{reason}），因此 ChatDesk 没有加载它。</translation>
    </message>
    <message>
      <source>{host} cannot be reached ({reason}).</source>
      <translation>无法连接 {host}（{reason}）。</translation>
    </message>
    <message>
      <source>{needed} are needed in {path}, and {free} are free.</source>
      <translation>{path} 需要 {needed}，可用 {free}。</translation>
    </message>
    <message>
      <source>{path} lies inside the folder that is to be moved, or around it.</source>
      <translation>{path} 位于要移动的文件夹之内或包含它。</translation>
    </message>
    <message>
      <source>“{address}” is no address of a model on the Hub.</source>
      <translation>“{address}”不是 Hub 上模型的网址。</translation>
    </message>
    <message>
      <source>“{filename}” cannot be read: {reason}.</source>
      <translation>无法读取“{filename}”：{reason}。</translation>
    </message>
    <message>
      <source>“{filename}” is no safe name for a file on this computer.</source>
      <translation>“{filename}”不能安全地用作这台电脑上的文件名。</translation>
    </message>
    <message>
      <source>“{model}” arrived damaged: its checksum is wrong.</source>
      <translation>“{model}”下载后已损坏：校验和不符。</translation>
    </message>
    <message>
      <source>“{model}” belongs to another app or came with ChatDesk, so it is not removed.</source>
      <translation>“{model}”属于其他应用或随 ChatDesk 提供，因此没有删除。</translation>
    </message>
    <message>
      <source>“{model}” cannot be read: {reason}.</source>
      <translation>无法读取“{model}”：{reason}。</translation>
    </message>
    <message>
      <source>“{model}” cannot write text: {reason}.</source>
      <translation>“{model}”无法生成文本：{reason}。</translation>
    </message>
    <message>
      <source>“{model}” could not be loaded: {reason}.</source>
      <translation>无法加载“{model}”：{reason}。</translation>
    </message>
    <message>
      <source>“{model}” could not be removed: {reason}.</source>
      <translation>无法删除“{model}”：{reason}。</translation>
    </message>
    <message>
      <source>“{model}” is a folder, not a model file.</source>
      <translation>“{model}”是文件夹，不是模型文件。</translation>
    </message>
    <message>
      <source>“{model}” is cut short: a part of the file is missing.</source>
      <translation>“{model}”不完整：文件缺少一部分。</translation>
    </message>
    <message>
      <source>“{model}” is damaged ({reason}).</source>
      <translation>“{model}”已损坏（{reason}）。</translation>
    </message>
    <message>
      <source>“{model}” is empty.</source>
      <translation>“{model}”是空文件。</translation>
    </message>
    <message>
      <source>“{model}” is installed or on its way already.</source>
      <translation>“{model}”已安装或正在下载。</translation>
    </message>
    <message>
      <source>“{model}” is not a GGUF model file.</source>
      <translation>“{model}”不是 GGUF 模型文件。</translation>
    </message>
    <message>
      <source>“{model}” is one of several pieces, and not all of them are here.</source>
      <translation>“{model}”由多个分片组成，而这里没有全部分片。</translation>
    </message>
    <message>
      <source>“{model}” needs about {needed} of memory, and {free} are free.</source>
      <translation>“{model}”约需 {needed} 内存，而可用 {free}。</translation>
    </message>
    <message>
      <source>“{model}” needs {needed} on this disk, and {free} are free: {missing} are missing.</source>
      <translation>“{model}”需要 {needed} 磁盘空间，而可用 {free}：还缺 {missing}。</translation>
    </message>
    <message>
      <source>“{model}” was changed on the Hub while it was being downloaded.</source>
      <translation>“{model}”在下载过程中于 Hub 上被更改。</translation>
    </message>
    <message>
      <source>“{model}”, which wrote this reply, is no longer where it was.</source>
      <translation>写下这条回复的“{model}”已不在原处。</translation>
    </message>
    <message>
      <source>“{model}”, which wrote this reply, is not loaded.</source>
      <translation>写下这条回复的“{model}”没有加载。</translation>
    </message>
    <message>
      <source>“{name}” cannot be read: {reason}.</source>
      <translation>无法读取“{name}”：{reason}。</translation>
    </message>
    <message>
      <source>“{name}” holds no prompts that ChatDesk understands.</source>
      <translation>“{name}”中没有 ChatDesk 能识别的提示词。</translation>
    </message>
    <message>
      <source>“{name}” is empty, so it was not attached.</source>
      <translation>“{name}”是空文件，因此没有附加。</translation>
    </message>
    <message>
      <source>“{name}” is larger than {most}, so it was not attached.</source>
      <translation>“{name}”超过 {most}，因此没有附加。</translation>
    </message>
    <message>
      <source>“{name}” is neither text nor a picture, so a model could not read it.</source>
      <translation>“{name}”既不是文本也不是图片，模型无法读取。</translation>
    </message>
    <message>
      <source>“{name}” is not a file: it is a folder, a pipe or a device.</source>
      <translation>“{name}”不是文件，而是文件夹、管道或设备。</translation>
    </message>
    <message>
      <source>“{repo_id}” has no file “{filename}”.</source>
      <translation>“{repo_id}”没有文件“{filename}”。</translation>
    </message>
    <message>
      <source>“{value}” is no address that {name} can be.</source>
      <translation>“{value}”不是可用于 {name} 的地址。</translation>
    </message>
    <message>
      <source>“{value}” is not possible for {name}.</source>
      <translation>{name} 不能是“{value}”。</translation>
    </message>
  </context>
  <context>
    <name>Exchange</name>
    <message numerus="yes">
      <source>%n attached files were left out.</source>
      <translation>
        <numerusform>有 %n 个附件未导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) imported from “{file}”.</source>
      <translation>
        <numerusform>已从“{file}”导入 %n 个对话。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) were here already and stay as they are.</source>
      <translation>
        <numerusform>有 %n 个对话已经存在，保持不变。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) written to “{file}”.</source>
      <translation>
        <numerusform>已将 %n 个对话写入“{file}”。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats are damaged and were left out.</source>
      <translation>
        <numerusform>有 %n 个对话已损坏，未导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats are in a version of their format that ChatDesk does not read.</source>
      <translation>
        <numerusform>有 %n 个对话所用的格式版本 ChatDesk 无法读取。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats hold no message.</source>
      <translation>
        <numerusform>有 %n 个对话不含任何消息。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chats were written by a newer ChatDesk; update to import them.</source>
      <translation>
        <numerusform>有 %n 个对话由更新版本的 ChatDesk 写出；请更新后再导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n entries are no chat that ChatDesk knows.</source>
      <translation>
        <numerusform>有 %n 个条目不是 ChatDesk 能识别的对话。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files are damaged or cut short; what comes before the damage was read.</source>
      <translation>
        <numerusform>有 %n 个文件已损坏或不完整；损坏处之前的内容已读取。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files are nested too deeply to be read; what comes before was read.</source>
      <translation>
        <numerusform>有 %n 个文件嵌套过深，无法读取；此前的内容已读取。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files hold more in one piece than can be read; what comes before was read.</source>
      <translation>
        <numerusform>有 %n 个文件的单个部分过大，无法读取；此前的内容已读取。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n images were left out.</source>
      <translation>
        <numerusform>有 %n 张图片未导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n messages are damaged and were left out.</source>
      <translation>
        <numerusform>有 %n 条消息已损坏，未导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n messages come from a speaker that ChatDesk does not know.</source>
      <translation>
        <numerusform>有 %n 条消息来自 ChatDesk 不认识的发言者。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n messages follow one that is missing; each begins a branch of its own.</source>
      <translation>
        <numerusform>有 %n 条消息的上文缺失，各自成为新的分支。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n notes that the other app keeps hidden were left out.</source>
      <translation>
        <numerusform>有 %n 条原应用中隐藏的备注未导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n of them lie beside another state of the same chat.</source>
      <translation>
        <numerusform>其中 %n 个与同一对话的另一状态并存。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pieces of messages are of a kind that ChatDesk does not know.</source>
      <translation>
        <numerusform>消息中有 %n 处内容的类型 ChatDesk 不认识。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n recordings were left out.</source>
      <translation>
        <numerusform>有 %n 段录音未导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n summaries stand for messages that are missing and were left out.</source>
      <translation>
        <numerusform>有 %n 份摘要所概括的消息缺失，未导入。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n uses of tools, such as searches, were left out.</source>
      <translation>
        <numerusform>有 %n 次工具使用（例如搜索）未导入。</numerusform>
      </translation>
    </message>
    <message>
      <source>Assistant</source>
      <translation>助手</translation>
    </message>
    <message>
      <source>Attachment: {name}</source>
      <translation>附件：{name}</translation>
    </message>
    <message>
      <source>ChatDesk, complete (*.json)</source>
      <translation>ChatDesk 完整格式 (*.json)</translation>
    </message>
    <message>
      <source>Exported chats (*.json *.jsonl *.zip *.chat);;All files (*)</source>
      <translation>导出的对话 (*.json *.jsonl *.zip *.chat);;所有文件 (*)</translation>
    </message>
    <message numerus="yes">
      <source>Import the chats in %n files?</source>
      <translation>
        <numerusform>导入 %n 个文件中的对话？</numerusform>
      </translation>
    </message>
    <message>
      <source>Import the chats in “{file}”?</source>
      <translation>要导入“{file}”中的对话吗？</translation>
    </message>
    <message>
      <source>Markdown (*.md)</source>
      <translation>Markdown (*.md)</translation>
    </message>
    <message>
      <source>Markdown pages (*.zip)</source>
      <translation>Markdown 页面 (*.zip)</translation>
    </message>
    <message>
      <source>Nothing new was imported from “{file}”.</source>
      <translation>没有从“{file}”导入新内容。</translation>
    </message>
    <message>
      <source>PDF (*.pdf)</source>
      <translation>PDF (*.pdf)</translation>
    </message>
    <message>
      <source>PDF pages (*.zip)</source>
      <translation>PDF 文件 (*.zip)</translation>
    </message>
    <message>
      <source>Reasoning</source>
      <translation>推理过程</translation>
    </message>
    <message>
      <source>System prompt</source>
      <translation>系统提示词</translation>
    </message>
    <message>
      <source>The import was cancelled; what was imported before stays.</source>
      <translation>导入已取消；此前导入的内容会保留。</translation>
    </message>
    <message>
      <source>Tool</source>
      <translation>工具</translation>
    </message>
    <message>
      <source>Web page (*.html)</source>
      <translation>网页 (*.html)</translation>
    </message>
    <message>
      <source>Web pages (*.zip)</source>
      <translation>网页 (*.zip)</translation>
    </message>
    <message>
      <source>You</source>
      <translation>您</translation>
    </message>
  </context>
  <context>
    <name>ExchangeDesk</name>
    <message>
      <source>ChatDesk chats</source>
      <translation>ChatDesk 对话</translation>
    </message>
    <message>
      <source>Export all chats</source>
      <translation>导出全部对话</translation>
    </message>
    <message>
      <source>Export all chats…</source>
      <translation>导出全部对话…</translation>
    </message>
    <message>
      <source>Export this chat</source>
      <translation>导出此对话</translation>
    </message>
    <message>
      <source>Import</source>
      <translation>导入</translation>
    </message>
    <message>
      <source>Import chats</source>
      <translation>导入对话</translation>
    </message>
    <message>
      <source>Import chats…</source>
      <translation>导入对话…</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>显示</translation>
    </message>
    <message>
      <source>What was left out</source>
      <translation>未导入的内容</translation>
    </message>
  </context>
  <context>
    <name>ExchangeProgress</name>
    <message numerus="yes">
      <source>%n chat(s) so far</source>
      <translation>
        <numerusform>已完成 %n 个对话</numerusform>
      </translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Cancel the import or export</source>
      <translation>取消导入或导出</translation>
    </message>
    <message>
      <source>Progress of the import or export</source>
      <translation>导入或导出的进度</translation>
    </message>
  </context>
  <context>
    <name>FieldIcon</name>
    <message>
      <source>Empty the field</source>
      <translation>清空输入框</translation>
    </message>
  </context>
  <context>
    <name>FileList</name>
    <message>
      <source>Files</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>This repo has no model that ChatDesk can run.</source>
      <translation>此仓库没有 ChatDesk 能运行的模型。</translation>
    </message>
    <message>
      <source>{count} more files are not shown. Paste the address of a file to see it.</source>
      <translation>还有 {count} 个文件未显示。粘贴某个文件的网址即可查看。</translation>
    </message>
    <message>
      <source>“{filename}” is not among the models of this repo. These are:</source>
      <translation>“{filename}”不在此仓库的模型之中。这里有：</translation>
    </message>
  </context>
  <context>
    <name>FileRow</name>
    <message>
      <source>It is not known whether it fits</source>
      <translation>不知道是否放得下</translation>
    </message>
    <message>
      <source>Looking whether it fits…</source>
      <translation>正在查看是否放得下…</translation>
    </message>
    <message>
      <source>Suggested for this computer</source>
      <translation>推荐给这台电脑</translation>
    </message>
    <message>
      <source>{filename} and its other pieces, {count} in all</source>
      <translation>{filename} 及其他分片，共 {count} 个</translation>
    </message>
    <message>
      <source>{name}, {size}</source>
      <translation>{name}，{size}</translation>
    </message>
  </context>
  <context>
    <name>FilterField</name>
    <message>
      <source>Type to filter</source>
      <translation>输入以筛选</translation>
    </message>
  </context>
  <context>
    <name>FindBar</name>
    <message>
      <source>Close (Esc)</source>
      <translation>关闭（Esc）</translation>
    </message>
    <message>
      <source>Close the find bar</source>
      <translation>关闭查找栏</translation>
    </message>
    <message>
      <source>Find in this chat</source>
      <translation>在此对话中查找</translation>
    </message>
    <message>
      <source>Find the next match</source>
      <translation>查找下一处</translation>
    </message>
    <message>
      <source>Find the previous match</source>
      <translation>查找上一处</translation>
    </message>
    <message>
      <source>Looking…</source>
      <translation>正在查找…</translation>
    </message>
    <message>
      <source>Next match</source>
      <translation>下一处</translation>
    </message>
    <message>
      <source>Next match (Enter)</source>
      <translation>下一处（Enter）</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>没有找到</translation>
    </message>
    <message>
      <source>Previous match</source>
      <translation>上一处</translation>
    </message>
    <message>
      <source>Previous match (Shift+Enter)</source>
      <translation>上一处（Shift+Enter）</translation>
    </message>
    <message>
      <source>{number} of {count}</source>
      <translation>第 {number} 处，共 {count} 处</translation>
    </message>
  </context>
  <context>
    <name>FoldersDialog</name>
    <message>
      <source>CHATDESK_HOME or a folder beside the app says where they lie, so they are not moved from here.</source>
      <translation>位置由 CHATDESK_HOME 或应用旁的文件夹决定，因此不能在此移动。</translation>
    </message>
    <message>
      <source>Chats and settings of models</source>
      <translation>对话与模型设置</translation>
    </message>
    <message>
      <source>Choose an empty folder</source>
      <translation>选择一个空文件夹</translation>
    </message>
    <message>
      <source>Everything is moved to {folder} when ChatDesk starts the next time, and checked on the way.</source>
      <translation>下次启动 ChatDesk 时会把全部内容移到 {folder}，并在途中校验。</translation>
    </message>
    <message>
      <source>Folders</source>
      <translation>文件夹</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Move the folder: {folder}</source>
      <translation>移动文件夹：{folder}</translation>
    </message>
    <message>
      <source>Move…</source>
      <translation>移动…</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>打开</translation>
    </message>
    <message>
      <source>Open the folder: {folder}</source>
      <translation>打开文件夹：{folder}</translation>
    </message>
    <message>
      <source>Quit now</source>
      <translation>立即退出</translation>
    </message>
  </context>
  <context>
    <name>FoundItemModel</name>
    <message>
      <source>Folder</source>
      <translation>文件夹</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
  </context>
  <context>
    <name>GateBanner</name>
    <message>
      <source>Access is given at once.</source>
      <translation>立即授予访问权限。</translation>
    </message>
    <message>
      <source>Access token…</source>
      <translation>访问令牌…</translation>
    </message>
    <message>
      <source>Its authors look at each request, which can take days.</source>
      <translation>作者会逐一审核申请，可能需要几天。</translation>
    </message>
    <message>
      <source>Its authors want their licence accepted before you download it. 1. Open its page, sign in and accept. {then} 2. Enter an access token of your account in the settings.</source>
      <translation>作者要求您在下载前接受其许可协议。1. 打开它的页面，登录并接受。{then} 2. 在设置中填写您账号的访问令牌。</translation>
    </message>
    <message>
      <source>Open its page…</source>
      <translation>打开它的页面…</translation>
    </message>
    <message>
      <source>Open the model's page on the Hub in the browser</source>
      <translation>在浏览器中打开此模型在 Hub 上的页面</translation>
    </message>
    <message>
      <source>Open the settings to enter an access token</source>
      <translation>打开设置以填写访问令牌</translation>
    </message>
  </context>
  <context>
    <name>GeneralPage</name>
    <message>
      <source>As a notification of the system, while you look at something else. Others may see its text too.</source>
      <translation>您在看别处时，以系统通知的方式告知。旁人也可能看到其中的文字。</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>Chats stay; the next answer in each takes longer once. It holds what was said, like the chats.</source>
      <translation>对话保留；每个对话的下一次回答会慢一次。它和对话一样包含说过的内容。</translation>
    </message>
    <message>
      <source>Clear now</source>
      <translation>立即清除</translation>
    </message>
    <message>
      <source>Clear {size}</source>
      <translation>清除 {size}</translation>
    </message>
    <message>
      <source>Clearing…</source>
      <translation>正在清除…</translation>
    </message>
    <message>
      <source>Every model</source>
      <translation>所有模型</translation>
    </message>
    <message>
      <source>Forget what is kept ready</source>
      <translation>忘记保留的内容</translation>
    </message>
    <message>
      <source>Keep chats ready on disk</source>
      <translation>在磁盘上保持对话就绪</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>语言</translation>
    </message>
    <message>
      <source>Larger models only</source>
      <translation>仅较大的模型</translation>
    </message>
    <message>
      <source>Like the system</source>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>Never</source>
      <translation>从不</translation>
    </message>
    <message>
      <source>No</source>
      <translation>否</translation>
    </message>
    <message>
      <source>Nothing is kept</source>
      <translation>没有保留的内容</translation>
    </message>
    <message>
      <source>Of the window, from the next start of ChatDesk. Models answer in the language of your question.</source>
      <translation>窗口的语言，从下次启动 ChatDesk 起生效。模型以您提问的语言回答。</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Once, after the first answer, when it is idle; until then a chat is named after its first message. A title of your own stays.</source>
      <translation>在第一次回答之后、模型空闲时写一次；在此之前以第一条消息的开头为标题。您自己起的标题会保留。</translation>
    </message>
    <message>
      <source>System prompt</source>
      <translation>系统提示词</translation>
    </message>
    <message>
      <source>Tell when a long reply ends</source>
      <translation>长回复结束时告知</translation>
    </message>
    <message>
      <source>The model writes titles of chats</source>
      <translation>由模型为对话起标题</translation>
    </message>
    <message>
      <source>What a model has read of a chat is kept, so that it answers at once when you come back to it.</source>
      <translation>保留模型已读过的对话内容，您回到对话时它能立刻回答。</translation>
    </message>
    <message>
      <source>What the model is told before every chat: how it should answer. Empty: as its maker intended.</source>
      <translation>每次对话前告诉模型的话：它应当怎样回答。留空：按其作者的设定。</translation>
    </message>
    <message>
      <source>Yes</source>
      <translation>是</translation>
    </message>
    <message>
      <source>Yes, with its beginning</source>
      <translation>是，附上开头</translation>
    </message>
    <message>
      <source>{size} freed</source>
      <translation>已释放 {size}</translation>
    </message>
  </context>
  <context>
    <name>InstalledDetails</name>
    <message>
      <source>Architecture</source>
      <translation>架构</translation>
    </message>
    <message>
      <source>At its last load: measured {measured}.</source>
      <translation>上次加载时：实测 {measured}。</translation>
    </message>
    <message>
      <source>At its last load: predicted {predicted}, measured {measured}.</source>
      <translation>上次加载时：预计 {predicted}，实测 {measured}。</translation>
    </message>
    <message>
      <source>Context length</source>
      <translation>上下文长度</translation>
    </message>
    <message>
      <source>Favourite</source>
      <translation>收藏</translation>
    </message>
    <message>
      <source>Favourites stand first in every list of models</source>
      <translation>收藏的模型在每个模型列表中排在最前</translation>
    </message>
    <message>
      <source>From</source>
      <translation>来源</translation>
    </message>
    <message>
      <source>How far the model was compressed: fewer bits make it smaller and a little worse.</source>
      <translation>模型压缩的程度：位数越少，模型越小，质量略差。</translation>
    </message>
    <message>
      <source>How much text it was trained to see at once. A token is a word or a part of one.</source>
      <translation>训练时一次能看到的文本量。一个 token 是一个词或词的一部分。</translation>
    </message>
    <message>
      <source>In use</source>
      <translation>使用中</translation>
    </message>
    <message>
      <source>It came with ChatDesk and goes with it.</source>
      <translation>它随 ChatDesk 提供，并随之移除。</translation>
    </message>
    <message>
      <source>It is in use. Unload it or use another model before removing it.</source>
      <translation>正在使用。请先卸载或换用其他模型，再删除它。</translation>
    </message>
    <message>
      <source>It is not known whether it fits</source>
      <translation>不知道是否放得下</translation>
    </message>
    <message>
      <source>It lies outside of ChatDesk's folder. Taking it off the list leaves the file untouched.</source>
      <translation>它位于 ChatDesk 的文件夹之外。移出列表不会动这个文件。</translation>
    </message>
    <message>
      <source>Its own settings</source>
      <translation>自有设置</translation>
    </message>
    <message>
      <source>Last used</source>
      <translation>上次使用</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>许可</translation>
    </message>
    <message>
      <source>Memory</source>
      <translation>内存</translation>
    </message>
    <message>
      <source>Quantization</source>
      <translation>量化</translation>
    </message>
    <message>
      <source>Remove…</source>
      <translation>删除…</translation>
    </message>
    <message>
      <source>Settings of this model…</source>
      <translation>此模型的设置…</translation>
    </message>
    <message>
      <source>Settings that differ from the app's.</source>
      <translation>与应用设置不同的设置。</translation>
    </message>
    <message>
      <source>Show in the file manager</source>
      <translation>在文件管理器中显示</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>Stop verifying</source>
      <translation>停止校验</translation>
    </message>
    <message>
      <source>Take off the list</source>
      <translation>移出列表</translation>
    </message>
    <message>
      <source>The chosen model</source>
      <translation>所选模型</translation>
    </message>
    <message>
      <source>The family of models it belongs to.</source>
      <translation>它所属的模型系列。</translation>
    </message>
    <message>
      <source>The file</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>The file's header cannot be read: {problem}. Verify it, or download it again.</source>
      <translation>无法读取文件头：{problem}。请校验它，或重新下载。</translation>
    </message>
    <message>
      <source>The repo on the Hub that it was downloaded from.</source>
      <translation>它是从 Hub 上的这个仓库下载的。</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>使用</translation>
    </message>
    <message>
      <source>Verify</source>
      <translation>校验</translation>
    </message>
    <message>
      <source>What it really takes is measured when it is loaded for the first time.</source>
      <translation>首次加载时会测量它实际占用的内存。</translation>
    </message>
    <message>
      <source>What its authors allow.</source>
      <translation>作者所允许的用途。</translation>
    </message>
    <message>
      <source>What the file takes of the disk.</source>
      <translation>此文件占用的磁盘空间。</translation>
    </message>
    <message>
      <source>not from the Hub</source>
      <translation>不是来自 Hub</translation>
    </message>
    <message>
      <source>not told</source>
      <translation>未说明</translation>
    </message>
    <message>
      <source>not yet</source>
      <translation>尚未</translation>
    </message>
    <message>
      <source>the app's</source>
      <translation>应用的设置</translation>
    </message>
    <message>
      <source>{verb}: {name}</source>
      <translation>{verb}：{name}</translation>
    </message>
  </context>
  <context>
    <name>InstalledItemModel</name>
    <message>
      <source>In use</source>
      <translation>使用中</translation>
    </message>
    <message>
      <source>cannot be read</source>
      <translation>无法读取</translation>
    </message>
    <message>
      <source>favourite</source>
      <translation>收藏</translation>
    </message>
    <message>
      <source>starter model</source>
      <translation>入门模型</translation>
    </message>
  </context>
  <context>
    <name>InstalledPage</name>
    <message>
      <source>1 model, {size} on disk</source>
      <translation>1 个模型，占用磁盘 {size}</translation>
    </message>
    <message>
      <source>Damaged: it is not what was downloaded. Remove it and download it again.</source>
      <translation>已损坏：与下载的内容不符。请删除后重新下载。</translation>
    </message>
    <message>
      <source>Discover models</source>
      <translation>发现模型</translation>
    </message>
    <message>
      <source>Download one under Discover, or use those that other apps on this computer already have.</source>
      <translation>在“发现”中下载一个，或使用这台电脑上其他应用已有的模型。</translation>
    </message>
    <message>
      <source>Favourites come first in every order</source>
      <translation>无论如何排序，收藏的都在最前</translation>
    </message>
    <message>
      <source>Filter</source>
      <translation>筛选</translation>
    </message>
    <message>
      <source>Filter the installed models</source>
      <translation>筛选已安装的模型</translation>
    </message>
    <message>
      <source>Find models of other apps</source>
      <translation>查找其他应用的模型</translation>
    </message>
    <message>
      <source>Find models of other apps…</source>
      <translation>查找其他应用的模型…</translation>
    </message>
    <message>
      <source>Installed models</source>
      <translation>已安装的模型</translation>
    </message>
    <message>
      <source>Intact: every byte is as it was on the Hub.</source>
      <translation>完好：每个字节都与 Hub 上的一致。</translation>
    </message>
    <message>
      <source>Last used</source>
      <translation>上次使用</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>No model matches</source>
      <translation>没有匹配的模型</translation>
    </message>
    <message>
      <source>No models are installed</source>
      <translation>没有安装任何模型</translation>
    </message>
    <message>
      <source>Order of the list</source>
      <translation>列表的排序</translation>
    </message>
    <message>
      <source>Reading all of it: {done} of {size}</source>
      <translation>正在读取全部内容：{done} / {size}</translation>
    </message>
    <message>
      <source>Show all</source>
      <translation>显示全部</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>The file can be read as a whole; there is no checksum to compare it with.</source>
      <translation>文件可以完整读取；没有可供比较的校验和。</translation>
    </message>
    <message>
      <source>{count} models, {size} on disk</source>
      <translation>{count} 个模型，占用磁盘 {size}</translation>
    </message>
  </context>
  <context>
    <name>Languages</name>
    <message>
      <source>Arabic</source>
      <translation>阿拉伯语</translation>
    </message>
    <message>
      <source>Chinese</source>
      <translation>中文</translation>
    </message>
    <message>
      <source>Dutch</source>
      <translation>荷兰语</translation>
    </message>
    <message>
      <source>English</source>
      <translation>英语</translation>
    </message>
    <message>
      <source>French</source>
      <translation>法语</translation>
    </message>
    <message>
      <source>German</source>
      <translation>德语</translation>
    </message>
    <message>
      <source>Hindi</source>
      <translation>印地语</translation>
    </message>
    <message>
      <source>Italian</source>
      <translation>意大利语</translation>
    </message>
    <message>
      <source>Japanese</source>
      <translation>日语</translation>
    </message>
    <message>
      <source>Korean</source>
      <translation>韩语</translation>
    </message>
    <message>
      <source>Portuguese</source>
      <translation>葡萄牙语</translation>
    </message>
    <message>
      <source>Russian</source>
      <translation>俄语</translation>
    </message>
    <message>
      <source>Spanish</source>
      <translation>西班牙语</translation>
    </message>
    <message>
      <source>Thai</source>
      <translation>泰语</translation>
    </message>
    <message>
      <source>Vietnamese</source>
      <translation>越南语</translation>
    </message>
  </context>
  <context>
    <name>LoadFailures</name>
    <message>
      <source>Choose another model</source>
      <translation>选择其他模型</translation>
    </message>
    <message>
      <source>Context of {tokens} tokens</source>
      <translation>{tokens} 个 token 的上下文</translation>
    </message>
    <message>
      <source>Download it again</source>
      <translation>重新下载</translation>
    </message>
    <message>
      <source>Find a smaller file</source>
      <translation>寻找更小的文件</translation>
    </message>
    <message>
      <source>Load anyway</source>
      <translation>仍然加载</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>再试一次</translation>
    </message>
    <message>
      <source>Without the GPU</source>
      <translation>不使用 GPU</translation>
    </message>
    <message>
      <source>{layers} layers on the GPU</source>
      <translation>GPU 上 {layers} 层</translation>
    </message>
  </context>
  <context>
    <name>LoadingPage</name>
    <message>
      <source>A way to compute that takes less memory and reads long texts faster. With it off, a model that runs on the processor writes faster in long chats: by half and more if it is small. q8_0 above needs it on.</source>
      <translation>一种占用内存更少、读长文本更快的计算方式。关闭后，由处理器计算的模型在长对话中写得更快：小模型可快一半以上。上面的 q8_0 需要开启它。</translation>
    </message>
    <message>
      <source>Flash attention</source>
      <translation>Flash attention</translation>
    </message>
    <message>
      <source>How exactly the model remembers the chat. q8_0 takes half the memory, and more time to read.</source>
      <translation>模型记住对话的精确程度。q8_0 只占一半内存，但读取更慢。</translation>
    </message>
    <message>
      <source>How many layers of the model the graphics card computes. 0 means none. The card needs a build of ChatDesk for it: CUDA for NVIDIA, ROCm or Vulkan for AMD, Vulkan for Intel; on a Mac, Metal is in it.</source>
      <translation>由显卡计算的模型层数。0 表示不用显卡。需要与显卡相应的 ChatDesk 版本：NVIDIA 用 CUDA，AMD 用 ROCm 或 Vulkan，Intel 用 Vulkan；Mac 上已包含 Metal。</translation>
    </message>
    <message>
      <source>How many processor cores work at once. Automatic takes all physical cores.</source>
      <translation>线程数：同时工作的处理器核心数。自动则使用全部物理核心。</translation>
    </message>
    <message>
      <source>How models are loaded</source>
      <translation>模型的加载方式</translation>
    </message>
    <message>
      <source>KV cache type</source>
      <translation>KV 缓存类型</translation>
    </message>
    <message>
      <source>The context: how many tokens of the chat and its reply the model sees at once. More takes more memory.</source>
      <translation>上下文长度：模型一次能看到对话及其回复的多少 token。越多越占内存。</translation>
    </message>
    <message>
      <source>as many as fit</source>
      <translation>尽可能多</translation>
    </message>
    <message>
      <source>automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>off</source>
      <translation>关</translation>
    </message>
    <message>
      <source>on</source>
      <translation>开</translation>
    </message>
  </context>
  <context>
    <name>LooksPage</name>
    <message>
      <source>Accent colour</source>
      <translation>强调色</translation>
    </message>
    <message>
      <source>Amber</source>
      <translation>琥珀色</translation>
    </message>
    <message>
      <source>Blue</source>
      <translation>蓝色</translation>
    </message>
    <message>
      <source>Comfortable</source>
      <translation>宽松</translation>
    </message>
    <message>
      <source>Compact</source>
      <translation>紧凑</translation>
    </message>
    <message>
      <source>Compact puts more on the screen.</source>
      <translation>紧凑模式在屏幕上显示更多内容。</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>深色</translation>
    </message>
    <message>
      <source>Density</source>
      <translation>密度</translation>
    </message>
    <message>
      <source>Graphite</source>
      <translation>石墨色</translation>
    </message>
    <message>
      <source>Green</source>
      <translation>绿色</translation>
    </message>
    <message>
      <source>High contrast</source>
      <translation>高对比度</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>浅色</translation>
    </message>
    <message>
      <source>Like the system</source>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>Of chats and of the whole window. {larger} and {smaller} change it at any time, {usual} sets it back.</source>
      <translation>适用于对话和整个窗口。{larger} 和 {smaller} 可随时更改，{usual} 恢复。</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>On</source>
      <translation>开</translation>
    </message>
    <message>
      <source>Rose</source>
      <translation>玫瑰色</translation>
    </message>
    <message>
      <source>Stronger text, lines and marks of the keyboard, on plain black or white.</source>
      <translation>更醒目的文字、线条和键盘焦点，背景为纯黑或纯白。</translation>
    </message>
    <message>
      <source>Teal</source>
      <translation>青色</translation>
    </message>
    <message>
      <source>Text size</source>
      <translation>文字大小</translation>
    </message>
    <message>
      <source>The colour of buttons, links, and of what has the keyboard.</source>
      <translation>按钮、链接以及键盘焦点所在处的颜色。</translation>
    </message>
    <message>
      <source>The colours of the window: light or dark.</source>
      <translation>窗口的颜色：浅色或深色。</translation>
    </message>
    <message>
      <source>Theme</source>
      <translation>主题</translation>
    </message>
    <message>
      <source>Violet</source>
      <translation>紫色</translation>
    </message>
  </context>
  <context>
    <name>MainWindow</name>
    <message>
      <source>Command palette</source>
      <translation>命令面板</translation>
    </message>
    <message>
      <source>Export this chat…</source>
      <translation>导出此对话…</translation>
    </message>
    <message>
      <source>Go to the message box</source>
      <translation>转到消息框</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>键盘快捷键</translation>
    </message>
    <message>
      <source>New chat</source>
      <translation>新对话</translation>
    </message>
    <message>
      <source>Quit</source>
      <translation>退出</translation>
    </message>
    <message>
      <source>Reasoning on or off</source>
      <translation>开启或关闭推理</translation>
    </message>
    <message>
      <source>Stop the reply</source>
      <translation>停止回复</translation>
    </message>
    <message>
      <source>Temporary chat</source>
      <translation>临时对话</translation>
    </message>
    <message>
      <source>The model in use cannot switch its reasoning on or off.</source>
      <translation>当前模型无法开启或关闭推理。</translation>
    </message>
  </context>
  <context>
    <name>MapPopup</name>
    <message>
      <source>What the model is sent</source>
      <translation>发送给模型的内容</translation>
    </message>
  </context>
  <context>
    <name>MessageEdit</name>
    <message>
      <source>Message</source>
      <translation>消息</translation>
    </message>
    <message>
      <source>Paste as plain text</source>
      <translation>粘贴为纯文本</translation>
    </message>
    <message>
      <source>Pasted as plain text: so much formatted text would take too long. Smaller parts keep theirs.</source>
      <translation>已粘贴为纯文本：带格式的内容过多，处理时间会太长。分段粘贴可保留格式。</translation>
    </message>
  </context>
  <context>
    <name>MessageEditor</name>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Edit the reply</source>
      <translation>编辑回复</translation>
    </message>
    <message>
      <source>Edit your message</source>
      <translation>编辑您的消息</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>保存</translation>
    </message>
    <message>
      <source>Save and send</source>
      <translation>保存并发送</translation>
    </message>
    <message>
      <source>Save only</source>
      <translation>仅保存</translation>
    </message>
    <message>
      <source>{keys} saves it. The version before stays, and what follows it.</source>
      <translation>{keys} 保存。原来的版本及其后续内容都会保留。</translation>
    </message>
    <message>
      <source>{keys} sends it. The version before stays, and what follows it.</source>
      <translation>{keys} 发送。原来的版本及其后续内容都会保留。</translation>
    </message>
  </context>
  <context>
    <name>ModelChoiceItemModel</name>
    <message>
      <source>All others</source>
      <translation>其他全部</translation>
    </message>
    <message>
      <source>Did not load</source>
      <translation>加载失败</translation>
    </message>
    <message>
      <source>Favourites</source>
      <translation>收藏</translation>
    </message>
    <message>
      <source>Holds {size} of memory</source>
      <translation>占用 {size} 内存</translation>
    </message>
    <message>
      <source>Loading… {percent} %</source>
      <translation>正在加载… {percent}%</translation>
    </message>
    <message>
      <source>Used last</source>
      <translation>最近使用</translation>
    </message>
    <message>
      <source>When it was loaded last: predicted {predicted}, measured {measured}</source>
      <translation>上次加载时：预计 {predicted}，实测 {measured}</translation>
    </message>
    <message>
      <source>favourite</source>
      <translation>收藏</translation>
    </message>
    <message>
      <source>loaded</source>
      <translation>已加载</translation>
    </message>
    <message>
      <source>starter model</source>
      <translation>入门模型</translation>
    </message>
  </context>
  <context>
    <name>ModelDesk</name>
    <message>
      <source>Choose a model</source>
      <translation>选择一个模型</translation>
    </message>
    <message>
      <source>GGUF models (*.gguf *.GGUF);;All files (*)</source>
      <translation>GGUF 模型 (*.gguf *.GGUF);;所有文件 (*)</translation>
    </message>
    <message>
      <source>Models…</source>
      <translation>模型…</translation>
    </message>
    <message>
      <source>Open GGUF…</source>
      <translation>打开 GGUF…</translation>
    </message>
    <message>
      <source>Open a model</source>
      <translation>打开模型</translation>
    </message>
    <message>
      <source>“{model}” was unloaded; {size} of memory went back to the system.</source>
      <translation>已卸载“{model}”；{size} 内存已归还系统。</translation>
    </message>
  </context>
  <context>
    <name>ModelManager</name>
    <message>
      <source>Discover</source>
      <translation>发现</translation>
    </message>
    <message>
      <source>Downloads</source>
      <translation>下载</translation>
    </message>
    <message>
      <source>Installed</source>
      <translation>已安装</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Pages</source>
      <translation>页面</translation>
    </message>
    <message>
      <source>Start it again</source>
      <translation>重新开始</translation>
    </message>
    <message>
      <source>The download of “{model}” was cancelled, and what had arrived is deleted.</source>
      <translation>已取消下载“{model}”，并删除了已下载的部分。</translation>
    </message>
    <message>
      <source>Use it</source>
      <translation>使用</translation>
    </message>
    <message>
      <source>a bug; its details were shown</source>
      <translation>程序错误；已显示详细信息</translation>
    </message>
    <message>
      <source>“{model}” is in the trash, where it takes {size} until that is emptied.</source>
      <translation>“{model}”在回收站中，清空之前仍占用 {size}。</translation>
    </message>
    <message>
      <source>“{model}” is installed: every byte was checked.</source>
      <translation>“{model}”已安装：每个字节都已检查。</translation>
    </message>
    <message>
      <source>“{model}” was removed; {size} of the disk are free again.</source>
      <translation>已删除“{model}”；磁盘腾出 {size}。</translation>
    </message>
  </context>
  <context>
    <name>ModelOverridesDialog</name>
    <message>
      <source>A way to compute that takes less memory and reads long texts faster. With it off, a model that runs on the processor writes faster in long chats.</source>
      <translation>一种占用内存更少、读长文本更快的计算方式。关闭后，由处理器计算的模型在长对话中写得更快。</translation>
    </message>
    <message>
      <source>App's setting</source>
      <translation>应用的设置</translation>
    </message>
    <message>
      <source>App's settings for all</source>
      <translation>全部跟随应用的设置</translation>
    </message>
    <message>
      <source>How chats are put to it</source>
      <translation>对话如何交给它</translation>
    </message>
    <message>
      <source>How exactly the model remembers the chat. q8_0 takes about half the memory of f16.</source>
      <translation>模型记住对话的精确程度。q8_0 占用的内存约为 f16 的一半。</translation>
    </message>
    <message>
      <source>How it is loaded</source>
      <translation>如何加载它</translation>
    </message>
    <message>
      <source>How many layers of the model the graphics card computes, where there is one. 0 means none.</source>
      <translation>由显卡（如有）计算的模型层数。0 表示不用显卡。</translation>
    </message>
    <message>
      <source>How many processor cores work at once.</source>
      <translation>同时工作的处理器核心数。</translation>
    </message>
    <message>
      <source>Settings of this model</source>
      <translation>此模型的设置</translation>
    </message>
    <message>
      <source>The context: how many tokens of the chat and its reply the model sees at once. More takes more memory.</source>
      <translation>上下文长度：模型一次能看到对话及其回复的多少 token。越多越占内存。</translation>
    </message>
    <message>
      <source>The file's own</source>
      <translation>文件自带</translation>
    </message>
    <message>
      <source>The one in the model's file</source>
      <translation>模型文件中的</translation>
    </message>
    <message>
      <source>The pattern (Jinja) that turns a chat into the model's prompt. The file brings its own; another one helps where that is missing or wrong.</source>
      <translation>把对话变成模型提示词的模式（Jinja）。文件自带一个；缺失或有误时，换一个会有帮助。</translation>
    </message>
    <message>
      <source>This model was trained for {tokens}.</source>
      <translation>此模型按 {tokens} 训练。</translation>
    </message>
    <message>
      <source>What is not set here follows the app's settings. Loading settings count from the next load.</source>
      <translation>这里没有设置的，跟随应用的设置。加载方面的设置从下次加载起生效。</translation>
    </message>
    <message>
      <source>as many as fit</source>
      <translation>尽可能多</translation>
    </message>
    <message>
      <source>automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>off</source>
      <translation>关</translation>
    </message>
    <message>
      <source>on</source>
      <translation>开</translation>
    </message>
  </context>
  <context>
    <name>ModelPicker</name>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Cancel loading</source>
      <translation>取消加载</translation>
    </message>
    <message>
      <source>Choose a model ({keys})</source>
      <translation>选择模型（{keys}）</translation>
    </message>
    <message>
      <source>Loading the model</source>
      <translation>正在加载模型</translation>
    </message>
    <message>
      <source>Loading… {percent} %</source>
      <translation>正在加载… {percent}%</translation>
    </message>
    <message>
      <source>Memory taken by loading it: {size}</source>
      <translation>加载它占用的内存：{size}</translation>
    </message>
    <message>
      <source>Model: {name}</source>
      <translation>模型：{name}</translation>
    </message>
    <message>
      <source>No model</source>
      <translation>没有模型</translation>
    </message>
    <message>
      <source>Predicted {predicted}, measured {measured}</source>
      <translation>预计 {predicted}，实测 {measured}</translation>
    </message>
    <message>
      <source>{tokens} tokens of context</source>
      <translation>{tokens} 个 token 的上下文</translation>
    </message>
  </context>
  <context>
    <name>ModelPopup</name>
    <message>
      <source>Add to favourites</source>
      <translation>添加到收藏</translation>
    </message>
    <message>
      <source>Arrow keys move through the models, Enter loads one.</source>
      <translation>方向键在模型间移动，Enter 加载所选模型。</translation>
    </message>
    <message>
      <source>Computes on: {device}</source>
      <translation>计算设备：{device}</translation>
    </message>
    <message>
      <source>Filter the models</source>
      <translation>筛选模型</translation>
    </message>
    <message>
      <source>Get more models…</source>
      <translation>获取更多模型…</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>No model matches.</source>
      <translation>没有匹配的模型。</translation>
    </message>
    <message>
      <source>No models found.</source>
      <translation>没有找到模型。</translation>
    </message>
    <message>
      <source>Open GGUF…</source>
      <translation>打开 GGUF…</translation>
    </message>
    <message>
      <source>Remove from favourites</source>
      <translation>从收藏中移除</translation>
    </message>
    <message>
      <source>Unload</source>
      <translation>卸载</translation>
    </message>
    <message>
      <source>Unload (frees {size})</source>
      <translation>卸载（释放 {size}）</translation>
    </message>
  </context>
  <context>
    <name>Models</name>
    <message>
      <source>About 4 bits per weight: the right choice for most people.</source>
      <translation>每个权重约 4 位：对多数人来说是合适的选择。</translation>
    </message>
    <message>
      <source>Balanced</source>
      <translation>均衡</translation>
    </message>
    <message>
      <source>Better</source>
      <translation>更好</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>Checking that every byte arrived right</source>
      <translation>正在检查每个字节是否正确到达</translation>
    </message>
    <message>
      <source>Closest to the original; takes more memory and answers slower.</source>
      <translation>最接近原模型；占用内存更多，回答更慢。</translation>
    </message>
    <message>
      <source>Downloading</source>
      <translation>正在下载</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Fits</source>
      <translation>放得下</translation>
    </message>
    <message>
      <source>Fits with a shorter context</source>
      <translation>缩短上下文后放得下</translation>
    </message>
    <message>
      <source>Fits with a shorter context ({tokens} tokens)</source>
      <translation>缩短上下文（{tokens} 个 token）后放得下</translation>
    </message>
    <message>
      <source>GPU with {total}, {free} free</source>
      <translation>GPU，共 {total}，可用 {free}</translation>
    </message>
    <message>
      <source>Installed</source>
      <translation>已安装</translation>
    </message>
    <message>
      <source>Interrupted – goes on by itself as soon as it can</source>
      <translation>已中断 – 一旦可行会自动继续</translation>
    </message>
    <message>
      <source>Needs about {total} of memory at {tokens} tokens of context: {weights} for the model, {kv} for the context, {compute} to compute with.</source>
      <translation>在 {tokens} 个 token 的上下文下约需 {total} 内存：模型 {weights}，上下文 {kv}，计算 {compute}。</translation>
    </message>
    <message>
      <source>Other</source>
      <translation>其他</translation>
    </message>
    <message>
      <source>Paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>Shorter context</source>
      <translation>缩短上下文</translation>
    </message>
    <message>
      <source>Slow</source>
      <translation>较慢</translation>
    </message>
    <message>
      <source>Slow (partly on CPU)</source>
      <translation>较慢（部分在 CPU 上）</translation>
    </message>
    <message>
      <source>Smaller</source>
      <translation>更小</translation>
    </message>
    <message>
      <source>Takes the least memory and answers fastest, and less well.</source>
      <translation>占用内存最少、回答最快，但质量较差。</translation>
    </message>
    <message>
      <source>Their names do not tell how far they are compressed.</source>
      <translation>名称没有说明压缩的程度。</translation>
    </message>
    <message>
      <source>This is an estimate: a part of it had to be guessed before the file is here.</source>
      <translation>这是估计值：文件到达之前有一部分只能推测。</translation>
    </message>
    <message>
      <source>Too large</source>
      <translation>太大</translation>
    </message>
    <message>
      <source>Trying it out</source>
      <translation>正在试运行</translation>
    </message>
    <message>
      <source>Waiting for its turn</source>
      <translation>等待轮到它</translation>
    </message>
    <message>
      <source>automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>more than a day left</source>
      <translation>剩余一天以上</translation>
    </message>
    <message>
      <source>off</source>
      <translation>关</translation>
    </message>
    <message>
      <source>on</source>
      <translation>开</translation>
    </message>
    <message>
      <source>own</source>
      <translation>自有</translation>
    </message>
    <message>
      <source>today</source>
      <translation>今天</translation>
    </message>
    <message>
      <source>yesterday</source>
      <translation>昨天</translation>
    </message>
    <message>
      <source>{count} days ago</source>
      <translation>{count} 天前</translation>
    </message>
    <message>
      <source>{count} min left</source>
      <translation>剩余 {count} 分钟</translation>
    </message>
    <message>
      <source>{count} months ago</source>
      <translation>{count} 个月前</translation>
    </message>
    <message>
      <source>{count} s left</source>
      <translation>剩余 {count} 秒</translation>
    </message>
    <message>
      <source>{count} tokens</source>
      <translation>{count} 个 token</translation>
    </message>
    <message>
      <source>{count} weeks ago</source>
      <translation>{count} 周前</translation>
    </message>
    <message>
      <source>{count} years ago</source>
      <translation>{count} 年前</translation>
    </message>
    <message>
      <source>{count}-core processor</source>
      <translation>{count} 核处理器</translation>
    </message>
    <message>
      <source>{count}M</source>
      <translation>{count}M</translation>
    </message>
    <message>
      <source>{count}k</source>
      <translation>{count}k</translation>
    </message>
    <message>
      <source>{done} of {total}</source>
      <translation>{done} / {total}</translation>
    </message>
    <message>
      <source>{hours} h {minutes} min left</source>
      <translation>剩余 {hours} 小时 {minutes} 分钟</translation>
    </message>
    <message>
      <source>{size}/s</source>
      <translation>{size}/秒</translation>
    </message>
    <message>
      <source>{total} of memory, {free} free</source>
      <translation>内存共 {total}，可用 {free}</translation>
    </message>
    <message>
      <source>{verdict} · estimate</source>
      <translation>{verdict} · 估计</translation>
    </message>
  </context>
  <context>
    <name>Moving</name>
    <message>
      <source>Leave them where they are</source>
      <translation>保留在原处</translation>
    </message>
    <message>
      <source>Moving your files to their new folder…</source>
      <translation>正在把文件移到新文件夹…</translation>
    </message>
  </context>
  <context>
    <name>NetworkPage</name>
    <message>
      <source>Access token</source>
      <translation>访问令牌</translation>
    </message>
    <message>
      <source>ChatDesk opens no connection to the internet. Chats and installed models work as before.</source>
      <translation>ChatDesk 不建立任何互联网连接。对话和已安装的模型照常使用。</translation>
    </message>
    <message>
      <source>Downloads at a time</source>
      <translation>同时下载数</translation>
    </message>
    <message>
      <source>For repos that ask for a login on the Hub. Saved in the system's keyring and never shown again.</source>
      <translation>用于在 Hub 上要求登录的仓库。保存在系统的密钥环中，不再显示。</translation>
    </message>
    <message>
      <source>It does not go to sleep by itself while a model is downloaded or a reply is written.</source>
      <translation>下载模型或生成回复期间，电脑不会自行休眠。</translation>
    </message>
    <message>
      <source>Keep the computer awake</source>
      <translation>保持电脑唤醒</translation>
    </message>
    <message>
      <source>Mirror</source>
      <translation>镜像</translation>
    </message>
    <message>
      <source>Offline mode</source>
      <translation>离线模式</translation>
    </message>
    <message>
      <source>Others wait for their turn. One after the other, the first is ready sooner.</source>
      <translation>其余的排队等候。逐个下载，第一个更早完成。</translation>
    </message>
    <message>
      <source>Proxy</source>
      <translation>代理</translation>
    </message>
    <message>
      <source>The server that leads to the internet, where a network has one. Empty: what the system says.</source>
      <translation>通往互联网的服务器，有些网络需要。留空：跟随系统。</translation>
    </message>
    <message>
      <source>This is no access token: it has spaces or unusual characters.</source>
      <translation>这不是访问令牌：其中有空格或不寻常的字符。</translation>
    </message>
    <message>
      <source>Where models are searched and downloaded instead of the Hugging Face Hub. Empty: the Hub itself.</source>
      <translation>代替 Hugging Face Hub 搜索和下载模型的地方。留空：使用 Hub 本身。</translation>
    </message>
    <message>
      <source>Write the whole address, such as http://proxy.example.org:3128.</source>
      <translation>请写完整的地址，例如 http://proxy.example.org:3128。</translation>
    </message>
    <message>
      <source>Write the whole address, such as https://hub.example.org.</source>
      <translation>请写完整的地址，例如 https://hub.example.org。</translation>
    </message>
    <message>
      <source>the system's own</source>
      <translation>系统的代理</translation>
    </message>
  </context>
  <context>
    <name>NewVersionDialog</name>
    <message>
      <source>ChatDesk {version} can be downloaded</source>
      <translation>ChatDesk {version} 可以下载了</translation>
    </message>
    <message>
      <source>Could not look for a new version</source>
      <translation>未能查看有没有新版本</translation>
    </message>
    <message>
      <source>Looking for a new version…</source>
      <translation>正在查看有没有新版本…</translation>
    </message>
    <message>
      <source>New version</source>
      <translation>新版本</translation>
    </message>
    <message>
      <source>Nothing is written about this version.</source>
      <translation>这个版本没有说明。</translation>
    </message>
    <message>
      <source>Open the release page</source>
      <translation>打开发布页面</translation>
    </message>
    <message>
      <source>The release page on GitHub is asked, this once.</source>
      <translation>仅此一次，向 GitHub 上的发布页面询问。</translation>
    </message>
    <message>
      <source>There is no new version</source>
      <translation>没有新版本</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>重试</translation>
    </message>
    <message>
      <source>What is new</source>
      <translation>新变化</translation>
    </message>
    <message>
      <source>What is new in older versions is told there too.</source>
      <translation>更早版本的变化也在那里。</translation>
    </message>
    <message>
      <source>You have the newest version, {version}.</source>
      <translation>您使用的 {version} 就是最新版本。</translation>
    </message>
    <message>
      <source>You have {version}. ChatDesk installs nothing by itself: the release page has the files.</source>
      <translation>您使用的是 {version}。ChatDesk 不会自行安装任何东西：文件在发布页面上。</translation>
    </message>
  </context>
  <context>
    <name>NoticeStrip</name>
    <message>
      <source>Notices</source>
      <translation>通知</translation>
    </message>
  </context>
  <context>
    <name>OriginDialog</name>
    <message>
      <source>Check</source>
      <translation>检查</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>复制</translation>
    </message>
    <message>
      <source>Progress of the check</source>
      <translation>检查进度</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
    <message>
      <source>The check writes the reply again from exactly this and compares the two. The chat stays as it is.</source>
      <translation>检查会完全按照这些条件再写一遍回复，并比较两者。对话保持不变。</translation>
    </message>
    <message>
      <source>What came of the check</source>
      <translation>检查结果</translation>
    </message>
    <message>
      <source>What this reply was made from</source>
      <translation>这条回复是如何生成的</translation>
    </message>
  </context>
  <context>
    <name>OutlookLine</name>
    <message>
      <source>Show what is sent to the model</source>
      <translation>显示发送给模型的内容</translation>
    </message>
    <message>
      <source>What is sent?</source>
      <translation>发送了什么？</translation>
    </message>
  </context>
  <context>
    <name>OverridesDialog</name>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>How replies are written</source>
      <translation>回复的生成方式</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>保存</translation>
    </message>
  </context>
  <context>
    <name>OwnName</name>
    <message>
      <source>English</source>
      <translation>简体中文</translation>
    </message>
  </context>
  <context>
    <name>PolicyChoice</name>
    <message>
      <source>When this chat outgrows the context</source>
      <translation>当此对话超出上下文时</translation>
    </message>
    <message>
      <source>You can choose once the chat has begun.</source>
      <translation>对话开始后即可选择。</translation>
    </message>
  </context>
  <context>
    <name>PromptList</name>
    <message>
      <source>Manage saved prompts…</source>
      <translation>管理已保存的提示词…</translation>
    </message>
    <message>
      <source>No prompts are saved yet. What you often ask for can be kept and found here.</source>
      <translation>还没有保存任何提示词。您常用的提问可以保存起来，并在这里找到。</translation>
    </message>
    <message>
      <source>Saved prompts</source>
      <translation>已保存的提示词</translation>
    </message>
  </context>
  <context>
    <name>QueueList</name>
    <message>
      <source>Not sent yet. The next one goes when a reply has ended well, or when you send it.</source>
      <translation>尚未发送。下一条会在某次回复正常结束后发送，也可以由您直接发送。</translation>
    </message>
    <message>
      <source>Sent one after the other, each when the reply before it has ended well.</source>
      <translation>逐条发送：前一次回复正常结束后，再发送下一条。</translation>
    </message>
    <message>
      <source>Waiting messages</source>
      <translation>等待发送的消息</translation>
    </message>
  </context>
  <context>
    <name>ReasoningSwitch</name>
    <message>
      <source>Reasoning off</source>
      <translation>推理已关闭</translation>
    </message>
    <message>
      <source>Reasoning on</source>
      <translation>推理已开启</translation>
    </message>
    <message>
      <source>The model reasons before it replies in this chat. Click to have it reply at once.</source>
      <translation>在此对话中，模型先推理再回复。点击则立即回复。</translation>
    </message>
    <message>
      <source>The model replies at once in this chat. Click to have it reason first.</source>
      <translation>在此对话中，模型立即回复。点击则先推理。</translation>
    </message>
  </context>
  <context>
    <name>Reasons</name>
    <message>
      <source>it computes no usable numbers</source>
      <translation>它算不出可用的数值</translation>
    </message>
    <message>
      <source>it did not answer in time</source>
      <translation>它没有及时回答</translation>
    </message>
    <message>
      <source>it has no vocabulary</source>
      <translation>它没有词表</translation>
    </message>
    <message>
      <source>it is a device, not a file</source>
      <translation>它是设备，不是文件</translation>
    </message>
    <message>
      <source>it is a diffusion model</source>
      <translation>它是扩散模型</translation>
    </message>
    <message>
      <source>it is made to encode text</source>
      <translation>它是用来编码文本的</translation>
    </message>
    <message>
      <source>it leads to another server</source>
      <translation>它指向了另一台服务器</translation>
    </message>
    <message>
      <source>its answer is not what was asked for</source>
      <translation>它的回答不是所要的内容</translation>
    </message>
    <message>
      <source>its answer is too long</source>
      <translation>它的回答太长</translation>
    </message>
    <message>
      <source>its answer took too long</source>
      <translation>它的回答用时太久</translation>
    </message>
    <message>
      <source>its architecture is not known</source>
      <translation>不认识它的架构</translation>
    </message>
    <message>
      <source>its name is not valid UTF-8</source>
      <translation>它的名称不是有效的 UTF-8</translation>
    </message>
    <message>
      <source>llama.cpp gave no reason</source>
      <translation>llama.cpp 没有给出原因</translation>
    </message>
    <message>
      <source>no keyring is installed</source>
      <translation>没有安装密钥环</translation>
    </message>
    <message>
      <source>the keyring forgot it</source>
      <translation>密钥环没有记住它</translation>
    </message>
    <message>
      <source>the keyring is locked or does not answer</source>
      <translation>密钥环已锁定或没有应答</translation>
    </message>
  </context>
  <context>
    <name>RecommendationCard</name>
    <message>
      <source>, </source>
      <translation>、</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Cancel the download of {model}</source>
      <translation>取消下载 {model}</translation>
    </message>
    <message>
      <source>Download</source>
      <translation>下载</translation>
    </message>
    <message>
      <source>Download of {model}</source>
      <translation>{model} 的下载</translation>
    </message>
    <message>
      <source>For chat</source>
      <translation>适合聊天</translation>
    </message>
    <message>
      <source>For code</source>
      <translation>适合编程</translation>
    </message>
    <message>
      <source>For reasoning</source>
      <translation>适合推理</translation>
    </message>
    <message>
      <source>Go on</source>
      <translation>继续</translation>
    </message>
    <message>
      <source>In use</source>
      <translation>使用中</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>暂停</translation>
    </message>
    <message>
      <source>Starting…</source>
      <translation>正在开始…</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>再试一次</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>使用</translation>
    </message>
    <message>
      <source>licence {licence}</source>
      <translation>许可 {licence}</translation>
    </message>
    <message>
      <source>needs about {size} of memory</source>
      <translation>约需 {size} 内存</translation>
    </message>
    <message>
      <source>{languages} and {count} more</source>
      <translation>{languages}及另外 {count} 种语言</translation>
    </message>
    <message>
      <source>{size} to download</source>
      <translation>需下载 {size}</translation>
    </message>
  </context>
  <context>
    <name>RecommendedModels</name>
    <message>
      <source>Models for this computer</source>
      <translation>适合这台电脑的模型</translation>
    </message>
    <message>
      <source>The starter model answers at once, but it is small and speaks little Chinese.</source>
      <translation>入门模型立刻就能回答，但它很小，几乎不会中文。</translation>
    </message>
    <message>
      <source>The starter model answers at once, but it is small.</source>
      <translation>入门模型立刻就能回答，但它很小。</translation>
    </message>
    <message>
      <source>These answer better. Nothing is downloaded until you click.</source>
      <translation>这些模型回答得更好。点击之前不会下载任何内容。</translation>
    </message>
  </context>
  <context>
    <name>RemoveDialog</name>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>In the trash it can be brought back, but it goes on taking {size} of the disk until the trash is emptied. Removed for good, the space is free at once, and only another download brings the model back.</source>
      <translation>放入回收站后可以恢复，但在清空回收站之前仍占用 {size} 磁盘空间。彻底删除则立刻腾出空间，之后只能重新下载。</translation>
    </message>
    <message>
      <source>Move to the trash</source>
      <translation>移到回收站</translation>
    </message>
    <message>
      <source>Remove a model</source>
      <translation>删除模型</translation>
    </message>
    <message>
      <source>Remove for good</source>
      <translation>彻底删除</translation>
    </message>
    <message>
      <source>Remove “{model}”?</source>
      <translation>删除“{model}”？</translation>
    </message>
  </context>
  <context>
    <name>Replays</name>
    <message>
      <source>Chat template (content)</source>
      <translation>对话模板（内容）</translation>
    </message>
    <message>
      <source>Different from token {token} on: it now ends there, before “{recorded}”.</source>
      <translation>从第 {token} 个 token 起不同：现在在“{recorded}”之前就结束了。</translation>
    </message>
    <message>
      <source>Different from token {token} on: it was “{recorded}”, and now is “{replayed}”.</source>
      <translation>从第 {token} 个 token 起不同：原来是“{recorded}”，现在是“{replayed}”。</translation>
    </message>
    <message>
      <source>Different from token {token} on: the reply ended there, and now goes on with “{replayed}”.</source>
      <translation>从第 {token} 个 token 起不同：原回复到此结束，现在以“{replayed}”继续。</translation>
    </message>
    <message numerus="yes">
      <source>Given up after %n equal token(s): the model was wanted for something else.</source>
      <translation>
        <numerusform>在 %n 个相同的 token 之后放弃：模型需要做别的事情。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Identical: all %n token(s) came out the same.</source>
      <translation>
        <numerusform>完全一致：全部 %n 个 token 都相同。</numerusform>
      </translation>
    </message>
    <message>
      <source>Loaded with</source>
      <translation>加载选项</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Model file (content)</source>
      <translation>模型文件（内容）</translation>
    </message>
    <message>
      <source>Processed in batches of</source>
      <translation>分批处理，每批</translation>
    </message>
    <message>
      <source>Prompt</source>
      <translation>提示词</translation>
    </message>
    <message>
      <source>Sampling</source>
      <translation>采样</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>种子</translation>
    </message>
    <message numerus="yes">
      <source>Stopped after %n equal token(s).</source>
      <translation>
        <numerusform>在 %n 个相同的 token 之后停止。</numerusform>
      </translation>
    </message>
    <message>
      <source>The model is loaded otherwise than it was: {changes}.</source>
      <translation>模型的加载方式与当时不同：{changes}。</translation>
    </message>
    <message>
      <source>off</source>
      <translation>关</translation>
    </message>
    <message>
      <source>on</source>
      <translation>开</translation>
    </message>
    <message>
      <source>{name} {now} instead of {before}</source>
      <translation>{name} 现为 {now}，当时为 {before}</translation>
    </message>
    <message>
      <source>{prompt} tokens, {cached} of them kept from before</source>
      <translation>{prompt} 个 token，其中 {cached} 个沿用之前的结果</translation>
    </message>
    <message>
      <source>{size} ({kept} kept)</source>
      <translation>{size}（保留 {kept}）</translation>
    </message>
  </context>
  <context>
    <name>RepliesPage</name>
    <message>
      <source>How replies are written</source>
      <translation>回复的生成方式</translation>
    </message>
  </context>
  <context>
    <name>ReplyWatch</name>
    <message>
      <source>The reply could not be written</source>
      <translation>无法生成这条回复</translation>
    </message>
    <message>
      <source>The reply is ready</source>
      <translation>回复已写好</translation>
    </message>
  </context>
  <context>
    <name>RepoItemModel</name>
    <message>
      <source>downloads in 30 days: {count}</source>
      <translation>30 天内下载：{count}</translation>
    </message>
    <message>
      <source>its licence must be accepted first</source>
      <translation>须先接受其许可协议</translation>
    </message>
    <message>
      <source>likes: {count}</source>
      <translation>喜欢：{count}</translation>
    </message>
    <message>
      <source>updated: {date}</source>
      <translation>更新于：{date}</translation>
    </message>
  </context>
  <context>
    <name>RepoPageView</name>
    <message>
      <source>1 download in 30 days</source>
      <translation>30 天内 1 次下载</translation>
    </message>
    <message>
      <source>1 like</source>
      <translation>1 人喜欢</translation>
    </message>
    <message>
      <source>About this model</source>
      <translation>关于此模型</translation>
    </message>
    <message>
      <source>Architecture</source>
      <translation>架构</translation>
    </message>
    <message>
      <source>Context length</source>
      <translation>上下文长度</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>How much text the model can see at once: the chat and its reply. A token is a word or a part of one.</source>
      <translation>模型一次能看到的文本量：对话及其回复。一个 token 是一个词或词的一部分。</translation>
    </message>
    <message>
      <source>Its authors wrote nothing about it.</source>
      <translation>作者没有写任何介绍。</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>许可</translation>
    </message>
    <message>
      <source>Parts of the page</source>
      <translation>页面的各部分</translation>
    </message>
    <message>
      <source>The family of models it belongs to.</source>
      <translation>它所属的模型系列。</translation>
    </message>
    <message>
      <source>What its authors allow. The model's page on the Hub has the text.</source>
      <translation>作者所允许的用途。全文见此模型在 Hub 上的页面。</translation>
    </message>
    <message>
      <source>by {owner}</source>
      <translation>作者 {owner}</translation>
    </message>
    <message>
      <source>not told</source>
      <translation>未说明</translation>
    </message>
    <message>
      <source>updated {age}</source>
      <translation>更新于 {age}</translation>
    </message>
    <message>
      <source>{count} downloads in 30 days</source>
      <translation>30 天内 {count} 次下载</translation>
    </message>
    <message>
      <source>{count} likes</source>
      <translation>{count} 人喜欢</translation>
    </message>
  </context>
  <context>
    <name>ReportDialog</name>
    <message>
      <source>Import report</source>
      <translation>导入报告</translation>
    </message>
    <message>
      <source>Not taken over:</source>
      <translation>未导入：</translation>
    </message>
    <message>
      <source>What was not taken over</source>
      <translation>未导入的内容</translation>
    </message>
  </context>
  <context>
    <name>ResultList</name>
    <message>
      <source>Search results</source>
      <translation>搜索结果</translation>
    </message>
  </context>
  <context>
    <name>SamplingFields</name>
    <message>
      <source>0 always takes the most likely word; higher values are more varied and less reliable.</source>
      <translation>温度：0 总是选取可能性最大的词；数值越大，变化越多，也越不可靠。</translation>
    </message>
    <message>
      <source>A reply ends at this length at the latest; what is reasoned before it is not counted. A token is a word or a part of one.</source>
      <translation>回复的最大长度：最长到此为止；之前的推理不计在内。一个 token 是一个词或词的一部分。</translation>
    </message>
    <message>
      <source>Above 1 the model repeats itself less. 1 switches it off.</source>
      <translation>重复惩罚：大于 1 时模型较少重复自己。1 表示关闭。</translation>
    </message>
    <message>
      <source>After so many tokens of reasoning the reply begins. Automatic: when only its own room is left.</source>
      <translation>推理达到这么多 token 后开始回复。自动：只剩下回复自己的空间时开始。</translation>
    </message>
    <message>
      <source>Choose among the likeliest tokens that together reach this probability. 1 switches it off.</source>
      <translation>在累计达到此概率的最可能 token 中选取。1 表示关闭。</translation>
    </message>
    <message>
      <source>Choose only among this many of the most likely tokens. 0 means among all.</source>
      <translation>只在这么多个最可能的 token 中选取。0 表示全部。</translation>
    </message>
    <message>
      <source>Leave out tokens less likely than this share of the likeliest one. 0 switches it off.</source>
      <translation>舍去概率低于最可能 token 的这一比例的 token。0 表示关闭。</translation>
    </message>
    <message>
      <source>The same seed, model, settings and chat give the same reply again.</source>
      <translation>相同的随机种子、模型、设置和对话会得到相同的回复。</translation>
    </message>
    <message>
      <source>Whether models reason first, where that can be switched. Automatic: as each does by itself.</source>
      <translation>模型是否先推理（如可切换）。自动：按各自的方式。</translation>
    </message>
    <message>
      <source>automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>off</source>
      <translation>关</translation>
    </message>
    <message>
      <source>on</source>
      <translation>开</translation>
    </message>
    <message>
      <source>random</source>
      <translation>随机</translation>
    </message>
  </context>
  <context>
    <name>SavedPromptsDialog</name>
    <message>
      <source>Close</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Delete</source>
      <translation>删除</translation>
    </message>
    <message>
      <source>Export prompts</source>
      <translation>导出提示词</translation>
    </message>
    <message>
      <source>Export…</source>
      <translation>导出…</translation>
    </message>
    <message>
      <source>Import prompts</source>
      <translation>导入提示词</translation>
    </message>
    <message>
      <source>Import…</source>
      <translation>导入…</translation>
    </message>
    <message>
      <source>It could not be saved: {reason}</source>
      <translation>无法保存：{reason}</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>New prompt</source>
      <translation>新建提示词</translation>
    </message>
    <message>
      <source>Prompts (*.json *.txt *.md);;All files (*)</source>
      <translation>提示词 (*.json *.txt *.md);;所有文件 (*)</translation>
    </message>
    <message>
      <source>Saved prompts</source>
      <translation>已保存的提示词</translation>
    </message>
    <message>
      <source>Text of the prompt</source>
      <translation>提示词内容</translation>
    </message>
    <message>
      <source>Translate into {{language}}: {{text}}</source>
      <translation>翻译成{{language}}：{{text}}</translation>
    </message>
    <message>
      <source>Undo the deletion</source>
      <translation>撤销删除</translation>
    </message>
    <message>
      <source>Write / in an empty message box to find a prompt. What stands in {{double braces}} is filled in there, with Tab from one to the next.</source>
      <translation>在空的消息框中输入 / 即可查找提示词。{{double braces}} 中的内容在那里填写，按 Tab 跳到下一处。</translation>
    </message>
  </context>
  <context>
    <name>SearchField</name>
    <message>
      <source>Search chats</source>
      <translation>搜索对话</translation>
    </message>
    <message>
      <source>Search titles and messages ({keys})
“exact words”, in:folder, model:name, before:2026-01-31, after:2025</source>
      <translation>搜索标题和消息（{keys}）
“原文词句”、in:文件夹、model:模型名、before:2026-01-31、after:2025</translation>
    </message>
  </context>
  <context>
    <name>Sending</name>
    <message>
      <source>Send anyway</source>
      <translation>仍然发送</translation>
    </message>
  </context>
  <context>
    <name>SettingsDesk</name>
    <message>
      <source>Data and model folders…</source>
      <translation>数据与模型文件夹…</translation>
    </message>
    <message>
      <source>Larger text</source>
      <translation>放大文字</translation>
    </message>
    <message>
      <source>Normal text size</source>
      <translation>正常文字大小</translation>
    </message>
    <message>
      <source>Settings: {page}</source>
      <translation>设置：{page}</translation>
    </message>
    <message>
      <source>Settings…</source>
      <translation>设置…</translation>
    </message>
    <message>
      <source>Smaller text</source>
      <translation>缩小文字</translation>
    </message>
  </context>
  <context>
    <name>SettingsDialog</name>
    <message>
      <source>Appearance</source>
      <translation>外观</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>General</source>
      <translation>常规</translation>
    </message>
    <message>
      <source>Loading</source>
      <translation>加载</translation>
    </message>
    <message>
      <source>Models and network</source>
      <translation>模型与网络</translation>
    </message>
    <message>
      <source>No setting contains these words.</source>
      <translation>没有包含这些词的设置。</translation>
    </message>
    <message>
      <source>On all pages. The access token stays.</source>
      <translation>适用于所有页面。访问令牌保留。</translation>
    </message>
    <message>
      <source>Pages of the settings</source>
      <translation>设置的各页</translation>
    </message>
    <message>
      <source>Replies</source>
      <translation>回复</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>保存</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>搜索</translation>
    </message>
    <message>
      <source>Search the settings</source>
      <translation>搜索设置</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>Shows the settings that contain your words. Enter goes to the first.</source>
      <translation>显示包含您所输入词语的设置。Enter 转到第一项。</translation>
    </message>
    <message>
      <source>Standard values</source>
      <translation>标准值</translation>
    </message>
  </context>
  <context>
    <name>ShortcutList</name>
    <message>
      <source>A saved prompt</source>
      <translation>已保存的提示词</translation>
    </message>
    <message>
      <source>Beginning or end of the chat</source>
      <translation>对话的开头或结尾</translation>
    </message>
    <message>
      <source>Break the line</source>
      <translation>换行</translation>
    </message>
    <message>
      <source>By what they do, or by their keys.</source>
      <translation>按作用或按键筛选。</translation>
    </message>
    <message>
      <source>Close what is open on top</source>
      <translation>关闭最上面打开的内容</translation>
    </message>
    <message>
      <source>Copy the message, or what is selected</source>
      <translation>复制消息或所选内容</translation>
    </message>
    <message>
      <source>Copy what is selected as Markdown</source>
      <translation>将所选内容复制为 Markdown</translation>
    </message>
    <message>
      <source>Delete (can be undone)</source>
      <translation>删除（可撤销）</translation>
    </message>
    <message>
      <source>Delete the message and what follows (can be undone)</source>
      <translation>删除消息及其后内容（可撤销）</translation>
    </message>
    <message>
      <source>Earlier or later version of the message</source>
      <translation>消息的上一个或下一个版本</translation>
    </message>
    <message>
      <source>Edit the message</source>
      <translation>编辑消息</translation>
    </message>
    <message>
      <source>Everywhere</source>
      <translation>任何地方</translation>
    </message>
    <message>
      <source>Filter the shortcuts</source>
      <translation>筛选快捷键</translation>
    </message>
    <message>
      <source>Fold or unfold what was reasoned</source>
      <translation>折叠或展开推理内容</translation>
    </message>
    <message>
      <source>In a chat</source>
      <translation>在对话中</translation>
    </message>
    <message>
      <source>In the list of chats</source>
      <translation>在对话列表中</translation>
    </message>
    <message>
      <source>In the message box</source>
      <translation>在消息框中</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>键盘快捷键</translation>
    </message>
    <message>
      <source>Keys</source>
      <translation>按键</translation>
    </message>
    <message>
      <source>Mark several</source>
      <translation>选中多个</translation>
    </message>
    <message>
      <source>Next or previous control</source>
      <translation>上一个或下一个控件</translation>
    </message>
    <message>
      <source>Next or previous message</source>
      <translation>上一条或下一条消息</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>打开</translation>
    </message>
    <message>
      <source>Press a button, change a switch</source>
      <translation>按下按钮、切换开关</translation>
    </message>
    <message>
      <source>Rename</source>
      <translation>重命名</translation>
    </message>
    <message>
      <source>Save what was edited, and send it</source>
      <translation>保存编辑并发送</translation>
    </message>
    <message>
      <source>Select everything</source>
      <translation>全选</translation>
    </message>
    <message>
      <source>Send</source>
      <translation>发送</translation>
    </message>
    <message>
      <source>What can be done with the message</source>
      <translation>可对该消息进行的操作</translation>
    </message>
    <message>
      <source>What is done</source>
      <translation>作用</translation>
    </message>
    <message>
      <source>What was written before, or later</source>
      <translation>之前或之后写过的内容</translation>
    </message>
  </context>
  <context>
    <name>Sidebar</name>
    <message numerus="yes">
      <source>%n chat(s) are in the archive now.</source>
      <translation>
        <numerusform>%n 个对话已归档。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) found</source>
      <translation>
        <numerusform>找到 %n 个对话</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chat(s) were deleted.</source>
      <translation>
        <numerusform>已删除 %n 个对话。</numerusform>
      </translation>
    </message>
    <message>
      <source>Archived chats</source>
      <translation>已归档的对话</translation>
    </message>
    <message>
      <source>Back to all chats</source>
      <translation>返回全部对话</translation>
    </message>
    <message>
      <source>Begin a new chat ({keys})</source>
      <translation>开始新对话（{keys}）</translation>
    </message>
    <message>
      <source>New chat</source>
      <translation>新对话</translation>
    </message>
    <message>
      <source>New folder</source>
      <translation>新建文件夹</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>没有找到</translation>
    </message>
    <message>
      <source>Older messages are still being prepared for search.</source>
      <translation>较早的消息仍在加入搜索索引。</translation>
    </message>
    <message>
      <source>The folder “{name}” was deleted; its chats are kept.</source>
      <translation>文件夹“{name}”已删除，其中的对话仍保留。</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>撤销</translation>
    </message>
    <message>
      <source>{title} (copy)</source>
      <translation>{title}（副本）</translation>
    </message>
    <message>
      <source>“{title}” is in the archive now.</source>
      <translation>“{title}”已归档。</translation>
    </message>
    <message>
      <source>“{title}” was deleted.</source>
      <translation>“{title}”已删除。</translation>
    </message>
  </context>
  <context>
    <name>SuggestionLine</name>
    <message>
      <source>Looking which of these files suit this computer…</source>
      <translation>正在查看这些文件中哪些适合这台电脑…</translation>
    </message>
    <message>
      <source>None of these files fits into this computer's memory. Look for a model with fewer parameters (B).</source>
      <translation>这些文件都放不进这台电脑的内存。请寻找参数（B）更少的模型。</translation>
    </message>
    <message>
      <source>Show it</source>
      <translation>显示</translation>
    </message>
    <message>
      <source>Show the suggested file</source>
      <translation>显示推荐的文件</translation>
    </message>
    <message>
      <source>Suggested for this computer: {name}, {size}</source>
      <translation>推荐给这台电脑：{name}，{size}</translation>
    </message>
  </context>
  <context>
    <name>SummaryDialog</name>
    <message>
      <source>Save</source>
      <translation>保存</translation>
    </message>
    <message>
      <source>Summary of earlier messages</source>
      <translation>较早消息的摘要</translation>
    </message>
    <message numerus="yes">
      <source>The model is sent this in place of %n earlier message(s), still in the chat.</source>
      <translation>
        <numerusform>它代替 %n 条较早的消息发送给模型，这些消息仍保留在对话中。</numerusform>
      </translation>
    </message>
    <message>
      <source>Written by {model}</source>
      <translation>由 {model} 撰写</translation>
    </message>
  </context>
  <context>
    <name>TemporaryBar</name>
    <message>
      <source>Keep this chat</source>
      <translation>保留此对话</translation>
    </message>
    <message>
      <source>Save it with the others, as it is now</source>
      <translation>按现在的样子与其他对话一起保存</translation>
    </message>
    <message>
      <source>Temporary chat: nothing of it is saved. It is gone when this window closes.</source>
      <translation>临时对话：不会保存任何内容，关闭此窗口后即消失。</translation>
    </message>
  </context>
  <context>
    <name>TokenField</name>
    <message>
      <source>None is saved. Paste one here.</source>
      <translation>尚未保存。请粘贴到这里。</translation>
    </message>
    <message>
      <source>One is saved. Paste another to replace it.</source>
      <translation>已保存一个。粘贴另一个即可替换。</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>移除</translation>
    </message>
    <message>
      <source>Remove the saved access token</source>
      <translation>移除保存的访问令牌</translation>
    </message>
    <message>
      <source>Removed when you save</source>
      <translation>保存时移除</translation>
    </message>
  </context>
  <context>
    <name>Tour</name>
    <message>
      <source>Done</source>
      <translation>完成</translation>
    </message>
    <message>
      <source>Hints for the first start</source>
      <translation>首次使用提示</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>下一条</translation>
    </message>
    <message>
      <source>No more hints</source>
      <translation>不再提示</translation>
    </message>
    <message>
      <source>Nothing is lost by trying: what you delete, edit or write again can be brought back.</source>
      <translation>尽管尝试，不会丢失任何内容：删除、编辑或重写的都能找回。</translation>
    </message>
    <message>
      <source>The model that answers is named at the top; {keys} changes it, and finds more.</source>
      <translation>正在回答的模型显示在上方；{keys} 可更换或查找更多模型。</translation>
    </message>
    <message>
      <source>{keys} finds everything: type a few letters of an action, a chat, a model or a setting.</source>
      <translation>{keys} 可找到一切：输入操作、对话、模型或设置的几个字即可。</translation>
    </message>
  </context>
  <context>
    <name>Transcript</name>
    <message>
      <source>1 earlier message is no longer sent</source>
      <translation>1 条较早的消息不再发送</translation>
    </message>
    <message>
      <source>1 earlier message summarised</source>
      <translation>已总结 1 条较早的消息</translation>
    </message>
    <message>
      <source>1 token</source>
      <translation>1 个 token</translation>
    </message>
    <message>
      <source>Answer now</source>
      <translation>立即回答</translation>
    </message>
    <message>
      <source>Attached: {names}</source>
      <translation>附件：{names}</translation>
    </message>
    <message>
      <source>Break long lines</source>
      <translation>长行自动换行</translation>
    </message>
    <message>
      <source>Check that it comes out the same</source>
      <translation>检查能否再次得到相同的回复</translation>
    </message>
    <message>
      <source>Continue</source>
      <translation>继续</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>复制</translation>
    </message>
    <message>
      <source>Copy code</source>
      <translation>复制代码</translation>
    </message>
    <message>
      <source>Copy code: {beginning}</source>
      <translation>复制代码：{beginning}</translation>
    </message>
    <message>
      <source>Copy details (seed and settings)</source>
      <translation>复制详细信息（随机种子和设置）</translation>
    </message>
    <message>
      <source>Copy link</source>
      <translation>复制链接</translation>
    </message>
    <message>
      <source>Copy message</source>
      <translation>复制消息</translation>
    </message>
    <message>
      <source>Copy message as plain text</source>
      <translation>将消息复制为纯文本</translation>
    </message>
    <message>
      <source>Copy reasoning</source>
      <translation>复制推理过程</translation>
    </message>
    <message>
      <source>Copy selection</source>
      <translation>复制所选内容</translation>
    </message>
    <message>
      <source>Copy selection as Markdown</source>
      <translation>将所选内容复制为 Markdown</translation>
    </message>
    <message>
      <source>Do not break long lines</source>
      <translation>长行不换行</translation>
    </message>
    <message>
      <source>Earlier messages</source>
      <translation>较早的消息</translation>
    </message>
    <message>
      <source>Edit</source>
      <translation>编辑</translation>
    </message>
    <message>
      <source>Hide reasoning</source>
      <translation>隐藏推理过程</translation>
    </message>
    <message>
      <source>Jump to newest</source>
      <translation>跳到最新</translation>
    </message>
    <message>
      <source>Link address</source>
      <translation>链接地址</translation>
    </message>
    <message>
      <source>Look at {name}</source>
      <translation>查看 {name}</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>消息</translation>
    </message>
    <message>
      <source>Model: {name}</source>
      <translation>模型：{name}</translation>
    </message>
    <message>
      <source>More</source>
      <translation>更多</translation>
    </message>
    <message>
      <source>Next version</source>
      <translation>下一版本</translation>
    </message>
    <message>
      <source>Open link</source>
      <translation>打开链接</translation>
    </message>
    <message>
      <source>Open {address}</source>
      <translation>打开 {address}</translation>
    </message>
    <message>
      <source>Pin (always sent)</source>
      <translation>固定（总是发送）</translation>
    </message>
    <message>
      <source>Pinned</source>
      <translation>已固定</translation>
    </message>
    <message>
      <source>Pinned: the model always sees this message. Click to unpin it.</source>
      <translation>已固定：模型总能看到这条消息。点击取消固定。</translation>
    </message>
    <message>
      <source>Previous version</source>
      <translation>上一版本</translation>
    </message>
    <message>
      <source>Prompt: {prompt} tokens, {cached} of them kept from before</source>
      <translation>提示词：{prompt} 个 token，其中 {cached} 个沿用之前的</translation>
    </message>
    <message>
      <source>Reading {processed} of {total} tokens</source>
      <translation>正在读取 {processed} / {total} 个 token</translation>
    </message>
    <message>
      <source>Reading {processed} of {total} tokens, {seconds} s left</source>
      <translation>正在读取 {processed} / {total} 个 token，剩余 {seconds} 秒</translation>
    </message>
    <message>
      <source>Reasoned for less than a second</source>
      <translation>推理不到一秒</translation>
    </message>
    <message>
      <source>Reasoned for {minutes} min {seconds} s</source>
      <translation>推理了 {minutes} 分 {seconds} 秒</translation>
    </message>
    <message>
      <source>Reasoned for {seconds} s</source>
      <translation>推理了 {seconds} 秒</translation>
    </message>
    <message>
      <source>Reasoning</source>
      <translation>推理过程</translation>
    </message>
    <message>
      <source>Reasoning: {count} tokens</source>
      <translation>推理：{count} 个 token</translation>
    </message>
    <message>
      <source>Reasoning… {minutes} min {seconds} s</source>
      <translation>推理中… {minutes} 分 {seconds} 秒</translation>
    </message>
    <message>
      <source>Reasoning… {seconds} s</source>
      <translation>推理中… {seconds} 秒</translation>
    </message>
    <message>
      <source>Regenerate</source>
      <translation>重新生成</translation>
    </message>
    <message>
      <source>Reply</source>
      <translation>回复</translation>
    </message>
    <message>
      <source>Save code as a file</source>
      <translation>将代码保存为文件</translation>
    </message>
    <message>
      <source>Select all</source>
      <translation>全选</translation>
    </message>
    <message>
      <source>Show all</source>
      <translation>显示全部</translation>
    </message>
    <message>
      <source>Show less</source>
      <translation>收起</translation>
    </message>
    <message>
      <source>Show reasoning</source>
      <translation>显示推理过程</translation>
    </message>
    <message>
      <source>System</source>
      <translation>系统</translation>
    </message>
    <message>
      <source>Thinking…</source>
      <translation>正在思考…</translation>
    </message>
    <message>
      <source>Tool</source>
      <translation>工具</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>撤销</translation>
    </message>
    <message>
      <source>Unpin</source>
      <translation>取消固定</translation>
    </message>
    <message>
      <source>View or edit</source>
      <translation>查看或编辑</translation>
    </message>
    <message>
      <source>Waiting…</source>
      <translation>等待中…</translation>
    </message>
    <message>
      <source>What is sent?</source>
      <translation>发送了什么？</translation>
    </message>
    <message>
      <source>What it was made from…</source>
      <translation>这条回复是如何生成的…</translation>
    </message>
    <message>
      <source>You</source>
      <translation>您</translation>
    </message>
    <message>
      <source>context full</source>
      <translation>上下文已满</translation>
    </message>
    <message>
      <source>continued</source>
      <translation>续写</translation>
    </message>
    <message>
      <source>done</source>
      <translation>完成</translation>
    </message>
    <message>
      <source>edited</source>
      <translation>已编辑</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>first token after {seconds} s</source>
      <translation>{seconds} 秒后出现首个 token</translation>
    </message>
    <message>
      <source>interrupted</source>
      <translation>已中断</translation>
    </message>
    <message>
      <source>reached max tokens</source>
      <translation>达到 max_tokens</translation>
    </message>
    <message>
      <source>stopped</source>
      <translation>已停止</translation>
    </message>
    <message>
      <source>{action}: {beginning}</source>
      <translation>{action}：{beginning}</translation>
    </message>
    <message>
      <source>{count} earlier messages are no longer sent</source>
      <translation>{count} 条较早的消息不再发送</translation>
    </message>
    <message>
      <source>{count} earlier messages summarised</source>
      <translation>已总结 {count} 条较早的消息</translation>
    </message>
    <message>
      <source>{count} tokens</source>
      <translation>{count} 个 token</translation>
    </message>
    <message>
      <source>{speed} tokens/s</source>
      <translation>{speed} 个 token/秒</translation>
    </message>
  </context>
  <context>
    <name>TranscriptView</name>
    <message>
      <source>Conversation</source>
      <translation>对话</translation>
    </message>
  </context>
  <context>
    <name>TreeList</name>
    <message>
      <source>Messages and their versions</source>
      <translation>消息及其版本</translation>
    </message>
  </context>
  <context>
    <name>TreeMap</name>
    <message>
      <source>Enter shows a message, Delete deletes it and what follows, Esc closes.</source>
      <translation>Enter 显示消息，Delete 删除该消息及其后内容，Esc 关闭。</translation>
    </message>
    <message>
      <source>Map of this chat</source>
      <translation>对话分支图</translation>
    </message>
  </context>
  <context>
    <name>Welcome</name>
    <message>
      <source>Explain photosynthesis to a child</source>
      <translation>向孩子解释光合作用</translation>
    </message>
    <message>
      <source>Find more models</source>
      <translation>查找更多模型</translation>
    </message>
    <message>
      <source>Find more models…</source>
      <translation>查找更多模型…</translation>
    </message>
    <message>
      <source>List five ideas for a rainy day</source>
      <translation>列出五个雨天活动的点子</translation>
    </message>
    <message>
      <source>The model runs on this computer. Nothing you write leaves it.</source>
      <translation>模型在这台电脑上运行。您写的内容不会离开它。</translation>
    </message>
    <message>
      <source>Welcome</source>
      <translation>欢迎</translation>
    </message>
    <message>
      <source>What would you like to talk about?</source>
      <translation>想聊些什么？</translation>
    </message>
    <message>
      <source>Who are you?</source>
      <translation>你是谁？</translation>
    </message>
    <message>
      <source>Write a short thank-you note</source>
      <translation>写一张简短的感谢便条</translation>
    </message>
  </context>
  <context>
    <name>_Chip</name>
    <message>
      <source>Look at {name}, {figures}</source>
      <translation>查看 {name}，{figures}</translation>
    </message>
    <message>
      <source>Remove {name}</source>
      <translation>移除 {name}</translation>
    </message>
  </context>
  <context>
    <name>_Notice</name>
    <message>
      <source>Close</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Close this notice</source>
      <translation>关闭此通知</translation>
    </message>
  </context>
  <context>
    <name>_OfferItemModel</name>
    <message>
      <source>Action</source>
      <translation>操作</translation>
    </message>
    <message>
      <source>Actions</source>
      <translation>操作</translation>
    </message>
    <message>
      <source>Chat</source>
      <translation>对话</translation>
    </message>
    <message>
      <source>Chats</source>
      <translation>对话</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>Used last</source>
      <translation>最近使用</translation>
    </message>
  </context>
  <context>
    <name>_QueueRow</name>
    <message numerus="yes">
      <source>%n file(s)</source>
      <translation>
        <numerusform>%n 个文件</numerusform>
      </translation>
    </message>
    <message>
      <source>Cancel (Esc)</source>
      <translation>取消（Esc）</translation>
    </message>
    <message>
      <source>Cancel: {message}</source>
      <translation>取消：{message}</translation>
    </message>
    <message>
      <source>Edit</source>
      <translation>编辑</translation>
    </message>
    <message>
      <source>Edit: {message}</source>
      <translation>编辑：{message}</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>移除</translation>
    </message>
    <message>
      <source>Remove: {message}</source>
      <translation>移除：{message}</translation>
    </message>
    <message>
      <source>Save (Enter)</source>
      <translation>保存（Enter）</translation>
    </message>
    <message>
      <source>Save: {message}</source>
      <translation>保存：{message}</translation>
    </message>
    <message>
      <source>Send earlier</source>
      <translation>提前发送</translation>
    </message>
    <message>
      <source>Send earlier: {message}</source>
      <translation>提前发送：{message}</translation>
    </message>
    <message>
      <source>Send later</source>
      <translation>推后发送</translation>
    </message>
    <message>
      <source>Send later: {message}</source>
      <translation>推后发送：{message}</translation>
    </message>
    <message>
      <source>Send now</source>
      <translation>立即发送</translation>
    </message>
    <message>
      <source>Send now: {message}</source>
      <translation>立即发送：{message}</translation>
    </message>
    <message>
      <source>Waiting message</source>
      <translation>等待发送的消息</translation>
    </message>
    <message>
      <source>Waits: {message}</source>
      <translation>等待：{message}</translation>
    </message>
  </context>
  <context>
    <name>_Side</name>
    <message>
      <source>Show in the chat</source>
      <translation>在对话中显示</translation>
    </message>
  </context>
</TS>
