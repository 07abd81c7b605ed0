// The words of the upload page, in English and Chinese.

const UNITS = ["B", "KB", "MB", "GB", "TB"];

export function writeSize(bytes) {
  let unit = 0;
  let size = bytes;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit && size < 100 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

function writeSeconds(seconds, hours, minutes, rest) {
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}${hours}${Math.round((seconds % 3600) / 60)}${minutes}`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)}${minutes}${Math.round(seconds % 60)}${rest}`;
  return `${Math.max(1, Math.round(seconds))}${rest}`;
}

const english = {
  heading: "Upload a file",
  other: "中文",
  otherLanguage: "zh",
  lead: "The file goes straight to the storage of the media library. You can close this page when it says that the file is there.",
  leadStream: "The file becomes a further version of an asset that is there already.",
  fileName: "File",
  mostBytes: "At most",
  title: "Title",
  place: "Goes to",
  kind: "Becomes",
  kindMedia: "a new asset",
  kindStream: (id) => `a rendition of ${id}`,
  timeLeft: "Begin within",
  minutes: (seconds) => `${Math.ceil(seconds / 60)} minutes`,
  choose: "Choose the file, or drop it here",
  hint: (name, size) => `${name}, at most ${size}`,
  chooseAgain: "An upload was begun. Choose the same file again to go on with it.",
  checking: "Checking what is there already",
  sending: (name) => `Sending ${name}`,
  paused: "Paused",
  finishing: "Putting the file together",
  processing: "The file is there. The media library looks at it",
  numbers: (done, all, rate, left) =>
    `${done} of ${all}${rate ? `, ${rate}/s` : ""}${left ? `, ${writeSeconds(left, " h ", " min ", " s")} left` : ""}`,
  percent: (percent) => `${percent} percent sent`,
  pause: "Pause",
  resume: "Go on",
  cancel: "Cancel",
  again: "Try again",
  anew: "Begin anew with this file",
  done: "The file is there",
  doneWords: "You can close this page.",
  assetTitle: "Title",
  assetType: "Type",
  assetLength: "Length",
  assetSize: "Picture",
  seconds: (value) => `${value} s`,
  unknown: "There is no such upload, or not any more. Ask for a new address.",
  no_right: "Whoever asked for this upload may not upload any more. Nothing was sent.",
  expired: "The time for this upload is up. Ask for a new address.",
  cancelled: "This upload was cancelled. Nothing of it is kept.",
  failed: (why) => `The upload failed: ${why}.`,
  wrongName: (given, wanted) => `This is “${given}”, and “${wanted}” is expected. Choose that file, or rename this one.`,
  tooLarge: (size, most) => `The file has ${size}, and at most ${most} are allowed.`,
  empty: "The file is empty.",
  wrongType: (given, wanted) => `The file is of type ${given}, and ${wanted} is expected.`,
  otherFile: "This is not the file that the upload was begun with.",
  unreadable: "The file cannot be read (any more). Was it changed, moved or deleted? Choose it again.",
  offline: "There is no connection. It goes on by itself when there is one.",
  stopped: (why) => `The upload has stopped: ${why}. What was sent is kept.`,
  network: "the storage cannot be reached",
  refused: (status, code) => `the storage answered ${status}${code ? ` ${code}` : ""}`,
  server: "the server of this page cannot be reached",
  corsHeading: "The storage does not let this page in",
  corsWords: (bucket) =>
    `A CORS rule is missing. Whoever owns the bucket ${bucket} adds it in the console of OSS (Data Security, CORS), and then you try again:`,
  copy: "Copy the rule",
  copied: "Copied.",
  leave: "The upload is not complete.",
};

const chinese = {
  heading: "上传文件",
  other: "English",
  otherLanguage: "en",
  lead: "文件会直接上传到媒资库的存储。页面显示“文件已到达”后即可关闭本页。",
  leadStream: "该文件将成为已有媒资的另一个版本。",
  fileName: "文件",
  mostBytes: "最大",
  title: "标题",
  place: "存放位置",
  kind: "用途",
  kindMedia: "新的媒资",
  kindStream: (id) => `媒资 ${id} 的一路流`,
  timeLeft: "请在此时间内开始",
  minutes: (seconds) => `${Math.ceil(seconds / 60)} 分钟`,
  choose: "选择文件，或将文件拖放到此处",
  hint: (name, size) => `${name}，最大 ${size}`,
  chooseAgain: "上传已经开始。请再次选择同一个文件以继续上传。",
  checking: "正在核对已上传的部分",
  sending: (name) => `正在上传 ${name}`,
  paused: "已暂停",
  finishing: "正在合并文件",
  processing: "文件已到达，媒资库正在处理",
  numbers: (done, all, rate, left) =>
    `${done} / ${all}${rate ? `，${rate}/秒` : ""}${left ? `，剩余 ${writeSeconds(left, " 小时 ", " 分 ", " 秒")}` : ""}`,
  percent: (percent) => `已上传百分之 ${percent}`,
  pause: "暂停",
  resume: "继续",
  cancel: "取消",
  again: "重试",
  anew: "用此文件重新开始",
  done: "文件已到达",
  doneWords: "现在可以关闭本页。",
  assetTitle: "标题",
  assetType: "类型",
  assetLength: "时长",
  assetSize: "画面",
  seconds: (value) => `${value} 秒`,
  unknown: "没有这个上传任务，或它已失效。请索取新的地址。",
  no_right: "发起此次上传的用户已没有上传权限。未上传任何内容。",
  expired: "此次上传的时间已过。请索取新的地址。",
  cancelled: "上传已取消，未保留任何内容。",
  failed: (why) => `上传失败：${why}。`,
  wrongName: (given, wanted) => `所选文件是“${given}”，而需要的是“${wanted}”。请选择该文件，或重命名此文件。`,
  tooLarge: (size, most) => `文件大小为 ${size}，最大允许 ${most}。`,
  empty: "文件是空的。",
  wrongType: (given, wanted) => `文件类型是 ${given}，而需要的是 ${wanted}。`,
  otherFile: "这不是开始上传时的那个文件。",
  unreadable: "无法（继续）读取文件。它是否被修改、移动或删除？请重新选择。",
  offline: "网络已断开，恢复后会自动继续。",
  stopped: (why) => `上传已停止：${why}。已上传的部分会保留。`,
  network: "无法连接存储服务",
  refused: (status, code) => `存储服务返回 ${status}${code ? ` ${code}` : ""}`,
  server: "无法连接本页所在的服务器",
  corsHeading: "存储服务不允许本页访问",
  corsWords: (bucket) => `缺少跨域（CORS）规则。请存储空间 ${bucket} 的所有者在 OSS 控制台（数据安全 › 跨域设置）中添加以下规则，然后重试：`,
  copy: "复制规则",
  copied: "已复制。",
  leave: "上传尚未完成。",
};

export const WORDS = { en: english, zh: chinese };

export function chooseLanguage(languages) {
  const known = languages.map((each) => each.toLowerCase().split("-")[0]).find((each) => each in WORDS);
  return known ?? "en";
}
