/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* LanCall: a snapshot of a call, and what can be done with it. */
#include "lan-call-private.h"

#include "lan-calls.h"
#include "lan-node-private.h"

#define FAIR_LOSS   30 /* per mille */
#define POOR_LOSS   150
#define FAIR_RTT_US 300000
#define POOR_RTT_US 800000

struct _LanCall {
  GObject parent_instance;

  LanNode *node; /* not owned; NULL once the node is gone */
  LanPerson *person;
  char *id;
  LanMessageId key;
  LanCallInfo info;
};

G_DEFINE_FINAL_TYPE (LanCall, lan_call, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
lan_call_finalize (GObject *object)
{
  LanCall *self = LAN_CALL (object);

  g_clear_object (&self->person);
  lan_call_info_clear (&self->info);
  g_free (self->id);
  G_OBJECT_CLASS (lan_call_parent_class)->finalize (object);
}

static void
lan_call_class_init (LanCallClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lan_call_finalize;

  /**
   * LanCall::changed:
   *
   * Its status, or anything else of it, may be different.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lan_call_init (LanCall *self)
{
  self->info.end = "";
  self->info.path = "";
  self->info.stats.rtt_us = -1;
}

LanCall *
lan_call_new (LanNode *node, LanPerson *person, const LanMessageId *id)
{
  LanCall *self = g_object_new (LAN_TYPE_CALL, NULL);

  self->node = node;
  self->person = g_object_ref (person);
  self->key = *id;
  self->id = lan_message_id_to_hex (id);
  return self;
}

void
lan_call_orphan (LanCall *self)
{
  self->node = NULL;
}

void
lan_call_apply (LanCall *self, const LanCallInfo *info)
{
  LanPictureBox *box = info->box != NULL ? lan_picture_box_ref (info->box) : NULL;

  lan_call_info_clear (&self->info);
  self->info = *info;
  self->info.box = box;
  g_signal_emit (self, signals[CHANGED], 0);
}

const LanMessageId *
lan_call_peek_id (LanCall *self)
{
  return &self->key;
}

/* --- looking --- */

const char *
lan_call_get_id (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), NULL);
  return self->id;
}

LanPerson *
lan_call_get_person (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), NULL);
  return self->person;
}

gboolean
lan_call_get_incoming (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.incoming;
}

LanCallStatus
lan_call_get_status (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), LAN_CALL_STATUS_ENDED);
  return self->info.status;
}

const char *
lan_call_status_name (LanCallStatus status)
{
  return lan_calls_state_name ((LanCallState) status);
}

const char *
lan_call_get_end (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), "");
  return self->info.end;
}

gboolean
lan_call_get_ended_here (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.by_us;
}

gboolean
lan_call_get_missed (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.missed;
}

gboolean
lan_call_get_muted (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.muted;
}

gboolean
lan_call_get_held (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.held;
}

gboolean
lan_call_get_other_muted (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.other_muted;
}

gboolean
lan_call_get_other_held (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.other_held;
}

gboolean
lan_call_get_video (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.video;
}

gboolean
lan_call_get_other_video (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.other_video;
}

gboolean
lan_call_get_screen (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.screen;
}

gboolean
lan_call_get_other_screen (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return self->info.other_screen;
}

gboolean
lan_call_get_no_camera (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return (self->info.missing & LAN_MEDIA_NO_CAMERA) != 0;
}

guint
lan_call_get_picture_serial (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), 0);
  return self->info.box != NULL ? lan_picture_box_serial (self->info.box) : 0;
}

GBytes *
lan_call_get_picture (LanCall *self, guint *width, guint *height)
{
  g_autofree guint8 *bytes = NULL;

  g_return_val_if_fail (LAN_IS_CALL (self) && width != NULL && height != NULL, NULL);
  if (self->info.box != NULL)
    bytes = lan_picture_box_read (self->info.box, width, height);
  return bytes != NULL ? lan_picture_image_to_rgb (bytes, *width, *height) : NULL;
}

gboolean
lan_call_get_no_microphone (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return (self->info.missing & LAN_MEDIA_NO_SOURCE) != 0;
}

gboolean
lan_call_get_no_speaker (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), FALSE);
  return (self->info.missing & LAN_MEDIA_NO_SINK) != 0;
}

gint64
lan_call_get_answered (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), 0);
  return self->info.answered_ms;
}

gint64
lan_call_get_duration (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), 0);
  return self->info.duration_ms;
}

const char *
lan_call_get_path (LanCall *self)
{
  g_return_val_if_fail (LAN_IS_CALL (self), "");
  return self->info.path;
}

LanCallQuality
lan_call_get_quality (LanCall *self)
{
  const LanMediaStats *s;
  guint loss;

  g_return_val_if_fail (LAN_IS_CALL (self), LAN_CALL_QUALITY_UNKNOWN);
  s = &self->info.stats;
  loss = MAX (s->loss_in, s->loss_out);
  if (self->info.silent)
    return LAN_CALL_QUALITY_NONE;
  if (s->rtt_us < 0)
    return LAN_CALL_QUALITY_UNKNOWN;
  if (loss >= POOR_LOSS || s->rtt_us >= POOR_RTT_US)
    return LAN_CALL_QUALITY_POOR;
  return loss >= FAIR_LOSS || s->rtt_us >= FAIR_RTT_US ? LAN_CALL_QUALITY_FAIR
                                                       : LAN_CALL_QUALITY_GOOD;
}

/* Never 0 once there was sound: what the other side said first may wait here before the helper begins. */
static gint64
first_sound_us (const LanCallInfo *info)
{
  return info->stats.first_us > 0 ? MAX (info->stats.first_us - info->start_us, 1) : 0;
}

static gint64
picture_figure (const LanMediaPictures *p, LanCallFigure figure)
{
  const gint64 figures[] = {
    [LAN_CALL_FIGURE_PICTURES_TAKEN - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->taken,
    [LAN_CALL_FIGURE_PICTURES_SENT - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->sent,
    [LAN_CALL_FIGURE_PICTURES_REPEATED - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->repeats,
    [LAN_CALL_FIGURE_PICTURE_KEYS_SENT - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->keys_sent,
    [LAN_CALL_FIGURE_PICTURES_SHOWN - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->shown,
    [LAN_CALL_FIGURE_PICTURES_LEFT_OUT - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->left_out,
    [LAN_CALL_FIGURE_PICTURE_PACKETS_LOST - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->lost,
    [LAN_CALL_FIGURE_PICTURE_PACKETS_ASKED - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->asked,
    [LAN_CALL_FIGURE_PICTURE_PACKETS_REPAIRED - LAN_CALL_FIGURE_PICTURES_TAKEN] =
        (gint64) p->repaired,
    [LAN_CALL_FIGURE_PICTURE_KEYS_ASKED - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->keys_asked,
    [LAN_CALL_FIGURE_PICTURE_FREEZES - LAN_CALL_FIGURE_PICTURES_TAKEN] = (gint64) p->freezes,
    [LAN_CALL_FIGURE_PICTURE_LONGEST_MS - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->longest_ms,
    [LAN_CALL_FIGURE_PICTURE_WAIT_MS - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->wait_ms,
    [LAN_CALL_FIGURE_PICTURE_QUEUE_MS - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->queue_ms,
    [LAN_CALL_FIGURE_PICTURE_RATE - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->rate,
    [LAN_CALL_FIGURE_PICTURE_ARRIVING - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->arriving,
    [LAN_CALL_FIGURE_PICTURE_LOSS_OUT - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->loss_out,
    [LAN_CALL_FIGURE_PICTURE_NUMBER - LAN_CALL_FIGURE_PICTURES_TAKEN] =
        p->number != G_MAXUINT32 ? (gint64) p->number : -1,
    [LAN_CALL_FIGURE_PICTURE_WIDTH_OUT - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->width_out,
    [LAN_CALL_FIGURE_PICTURE_HEIGHT_OUT - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->height_out,
    [LAN_CALL_FIGURE_PICTURE_WIDTH_IN - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->width_in,
    [LAN_CALL_FIGURE_PICTURE_HEIGHT_IN - LAN_CALL_FIGURE_PICTURES_TAKEN] = p->height_in,
  };
  guint i = (guint) figure - LAN_CALL_FIGURE_PICTURES_TAKEN;

  g_return_val_if_fail (i < G_N_ELEMENTS (figures), 0);
  return figures[i];
}

gint64
lan_call_get_figure (LanCall *self, LanCallFigure figure)
{
  const LanMediaStats *s;

  g_return_val_if_fail (LAN_IS_CALL (self), 0);
  s = &self->info.stats;
  switch (figure) {
  case LAN_CALL_FIGURE_SENT:
    return (gint64) s->sent;
  case LAN_CALL_FIGURE_RECEIVED:
    return (gint64) s->received;
  case LAN_CALL_FIGURE_LOST:
    return (gint64) s->lost;
  case LAN_CALL_FIGURE_LATE:
    return (gint64) s->late;
  case LAN_CALL_FIGURE_CONCEALED:
    return (gint64) s->concealed;
  case LAN_CALL_FIGURE_RECOVERED:
    return (gint64) s->recovered;
  case LAN_CALL_FIGURE_JITTER_US:
    return s->jitter_us;
  case LAN_CALL_FIGURE_WAIT_US:
    return s->wait_us;
  case LAN_CALL_FIGURE_RTT_US:
    return s->rtt_us;
  case LAN_CALL_FIGURE_LOSS_OUT:
    return s->loss_out;
  case LAN_CALL_FIGURE_LOSS_IN:
    return s->loss_in;
  case LAN_CALL_FIGURE_BITRATE:
    return s->bitrate;
  case LAN_CALL_FIGURE_FIRST_SOUND_US:
    return first_sound_us (&self->info);
  case LAN_CALL_FIGURE_LEVEL_IN:
    return s->level_in;
  case LAN_CALL_FIGURE_LEVEL_OUT:
    return s->level_out;
  case LAN_CALL_FIGURE_RESTARTS:
    return self->info.restarts;
  case LAN_CALL_FIGURE_START_US:
    return self->info.start_us;
  case LAN_CALL_FIGURE_PICTURES_TAKEN:
  case LAN_CALL_FIGURE_PICTURES_SENT:
  case LAN_CALL_FIGURE_PICTURES_REPEATED:
  case LAN_CALL_FIGURE_PICTURE_KEYS_SENT:
  case LAN_CALL_FIGURE_PICTURES_SHOWN:
  case LAN_CALL_FIGURE_PICTURES_LEFT_OUT:
  case LAN_CALL_FIGURE_PICTURE_PACKETS_LOST:
  case LAN_CALL_FIGURE_PICTURE_PACKETS_ASKED:
  case LAN_CALL_FIGURE_PICTURE_PACKETS_REPAIRED:
  case LAN_CALL_FIGURE_PICTURE_KEYS_ASKED:
  case LAN_CALL_FIGURE_PICTURE_FREEZES:
  case LAN_CALL_FIGURE_PICTURE_LONGEST_MS:
  case LAN_CALL_FIGURE_PICTURE_WAIT_MS:
  case LAN_CALL_FIGURE_PICTURE_QUEUE_MS:
  case LAN_CALL_FIGURE_PICTURE_RATE:
  case LAN_CALL_FIGURE_PICTURE_ARRIVING:
  case LAN_CALL_FIGURE_PICTURE_LOSS_OUT:
  case LAN_CALL_FIGURE_PICTURE_NUMBER:
  case LAN_CALL_FIGURE_PICTURE_WIDTH_OUT:
  case LAN_CALL_FIGURE_PICTURE_HEIGHT_OUT:
  case LAN_CALL_FIGURE_PICTURE_WIDTH_IN:
  case LAN_CALL_FIGURE_PICTURE_HEIGHT_IN:
    return picture_figure (&self->info.pictures, figure);
  }
  g_return_val_if_reached (0);
}

/* --- doing --- */

static void
push (LanCall *self, LanCommandType type, guint kind, gint64 number)
{
  LanCommand *command;

  if (self->node == NULL)
    return;
  command = lan_command_new (type);
  command->message = self->key;
  command->kind = kind;
  command->number = number;
  lan_node_push (self->node, command);
}

void
lan_call_answer (LanCall *self)
{
  g_return_if_fail (LAN_IS_CALL (self));
  push (self, LAN_COMMAND_CALL_ANSWER, 0, 0);
}

void
lan_call_end (LanCall *self)
{
  g_return_if_fail (LAN_IS_CALL (self));
  push (self, LAN_COMMAND_CALL_END, 0, 0);
}

void
lan_call_set_muted (LanCall *self, gboolean muted)
{
  g_return_if_fail (LAN_IS_CALL (self));
  push (self, LAN_COMMAND_CALL_SET, LAN_CALL_MUTED, muted);
}

void
lan_call_set_video (LanCall *self, gboolean video)
{
  g_return_if_fail (LAN_IS_CALL (self));
  push (self, LAN_COMMAND_CALL_SET, LAN_CALL_VIDEO, video);
}

void
lan_call_share_screen (LanCall *self, const char *source)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_CALL (self));
  if (self->node == NULL)
    return;
  command = lan_command_new (LAN_COMMAND_CALL_SHARE);
  command->message = self->key;
  command->text = g_strdup (source);
  lan_node_push (self->node, command);
}

void
lan_call_set_held (LanCall *self, gboolean held)
{
  g_return_if_fail (LAN_IS_CALL (self));
  push (self, LAN_COMMAND_CALL_SET, LAN_CALL_HELD, held);
}
