// What an app may send to Slack, in the words of Slack's own types. `schema.json` beside this file is made from it.
// Slack's `AnyBlock` takes blocks of every type, so that newer ones pass. `KnownBlock` takes what the reference names.
import type { HomeView, KnownBlock, MessageAttachment, MessageMetadata, ModalView, OptionGroup, PlainTextOption } from '@slack/types';

interface Point { label: string; value: number }
interface Series { name: string; data: Point[] }
interface Pie { type: 'pie'; segments: Point[] }
interface Plot {
  type: 'area' | 'bar' | 'line';
  series: Series[];
  axis_config: { categories: string[]; x_label?: string; y_label?: string };
}

/** Slack takes it since 2026-06-16 (docs.slack.dev/changelog/2026/06/16/block-kit-data-visualization-block); its types don't have it yet. */
interface DataVisualization { type: 'data_visualization'; block_id?: string; title: string; chart: Pie | Plot }

/** What a message or view is made of. */
export type Layout = KnownBlock | DataVisualization;

type Attachment = Omit<MessageAttachment, 'blocks'> & { blocks?: Layout[] };

/** The content of chat.postMessage, chat.update, chat.postEphemeral and chat.scheduleMessage. */
export interface Message {
  text?: string;
  markdown_text?: string;
  blocks?: Layout[];
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
export type Modal = Omit<ModalView, 'blocks'> & { blocks: Layout[] };

/** views.publish. */
export type Home = Omit<HomeView, 'blocks'> & { blocks: Layout[] };

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
