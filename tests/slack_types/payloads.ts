// What an app may send to Slack, in the words of Slack's own types. `schema.json` beside this file is made from it.
// Slack's `AnyBlock` takes blocks of every type, so that newer ones pass. `KnownBlock` takes what the reference names.
import type { HomeView, KnownBlock, MessageAttachment, MessageMetadata, ModalView, OptionGroup, PlainTextOption } from '@slack/types';

type Attachment = Omit<MessageAttachment, 'blocks'> & { blocks?: KnownBlock[] };

/** The content of chat.postMessage, chat.update, chat.postEphemeral and chat.scheduleMessage. */
export interface Message {
  text?: string;
  markdown_text?: string;
  blocks?: KnownBlock[];
  attachments?: Attachment[];
  metadata?: MessageMetadata;
}

/** What is posted to a response_url, or answers a command at once. */
export interface Response extends Omit<Message, 'markdown_text' | 'metadata'> {
  response_type?: 'in_channel' | 'ephemeral';
  replace_original?: boolean;
  delete_original?: boolean;
  thread_ts?: string;
}

/** views.open, views.push, views.update, and the views in answers to a submission. */
export type Modal = Omit<ModalView, 'blocks'> & { blocks: KnownBlock[] };

/** views.publish. */
export type Home = Omit<HomeView, 'blocks'> & { blocks: KnownBlock[] };

/** What answers a submission. */
export type Submission =
  | { response_action: 'errors'; errors: { [block: string]: string } }
  | { response_action: 'update'; view: Modal }
  | { response_action: 'push'; view: Modal }
  | { response_action: 'clear' };

/** What a searching menu offers. */
export interface Suggestions {
  options?: PlainTextOption[];
  option_groups?: (Omit<OptionGroup, 'options'> & { options: PlainTextOption[] })[];
}
