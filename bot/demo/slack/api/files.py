"""files.*: the upload in three steps: ask for an address, send the bytes there, complete."""

from dataclasses import replace

from bot.demo.slack import messages
from bot.demo.slack.api.chat import writable
from bot.demo.slack.api.registry import Context, method
from bot.demo.slack.records import Json, SlackError, StoredFile
from bot.demo.slack.world import World

WRITE = ("files:write",)


def file_json(world: World, file: StoredFile) -> Json:
    url = f"{world.base_url}/files/{file.id}"
    names: Json = {"id": file.id, "name": file.name, "title": file.title, "size": file.size, "user": file.user}
    return names | {
        "mode": "hosted",
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
        "channels": list(file.shared_in),
    }


@method("files.getUploadURLExternal", tier=4, scopes=WRITE)
def get_upload_url_external(ctx: Context) -> Json:
    name, size = ctx.args.need("filename"), ctx.args.number("length", 0)
    if size <= 0:
        raise SlackError("invalid_arguments")
    file = StoredFile(id=ctx.world.new_id("F"), name=name, title=name, size=size, user=ctx.world.app.user_id)
    ctx.world.files[file.id] = file
    return {"upload_url": f"{ctx.base_url}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", tier=4, scopes=WRITE)
def complete_upload_external(ctx: Context) -> Json:
    world, args = ctx.world, ctx.args
    wanted = args.json("files") or []
    channel = writable(world, args.text("channel_id")) if args.given("channel_id") else None
    stored = [_uploaded(world, entry) for entry in wanted]
    if not stored:
        raise SlackError("invalid_arguments")
    for file in stored:
        world.files[file.id] = replace(file, shared_in=(channel.id,) if channel else ())
    shown = [file_json(world, world.files[file.id]) for file in stored]
    if channel:
        thread = messages.thread_parent(world, channel.id, args.text("thread_ts")) if args.given("thread_ts") else None
        made = messages.content(world, {"text": args.text("initial_comment"), "blocks": args.json("blocks")})
        world.add_message(channel.id, messages.by_app(world, made | {"files": shown, "subtype": "file_share"}, thread))
    return {"files": shown}


def _uploaded(world: World, entry: Json) -> StoredFile:
    file = world.files.get(str(entry.get("id")))
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    return replace(file, title=entry.get("title") or file.name)
