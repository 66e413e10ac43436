/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Voice notes: something said, up to a minute of it, that is a message. It is a record like a text, so
 * it is kept sealed, waits for those who are away and goes to groups. Recording and playing happen in
 * lanyard-media, which alone decodes what others sent. Owner's context.
 */
#pragma once

#include <gio/gio.h>

#include "lan-message.h"
#include "lan-node.h"

G_BEGIN_DECLS

#define LAN_VOICE_NOTE_MAX_MS 60000

typedef struct _LanVoiceNote LanVoiceNote;

#define LAN_TYPE_VOICE_NOTE (lan_voice_note_get_type ())
LAN_API GType lan_voice_note_get_type (void);

LAN_API LanVoiceNote *lan_voice_note_ref (LanVoiceNote *self);
LAN_API void lan_voice_note_unref (LanVoiceNote *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanVoiceNote, lan_voice_note_unref)

/**
 * lan_voice_note_get_duration:
 *
 * Returns: milliseconds.
 */
LAN_API guint lan_voice_note_get_duration (LanVoiceNote *self);

/**
 * lan_voice_note_get_peaks:
 *
 * Returns: (transfer none): how loud it is from begin to end, 1 to 100 bytes.
 */
LAN_API GBytes *lan_voice_note_get_peaks (LanVoiceNote *self);

/**
 * lan_voice_note_get_opus:
 *
 * Returns: (transfer none): the sound, as PROTOCOL.md says.
 */
LAN_API GBytes *lan_voice_note_get_opus (LanVoiceNote *self);

/*
 * One recording or one playing. It begins when it is made and ends with its last reference. Signals:
 * "position" (milliseconds, level 0 to 100), "taken" (LanVoiceNote): it was recorded, "done": it was
 * played to its end, "failed" (text in English); after the last three nothing follows.
 */
#define LAN_TYPE_NOTE_SOUND (lan_note_sound_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanNoteSound, lan_note_sound, LAN, NOTE_SOUND, GObject)

/**
 * lan_node_record_note:
 * @source: (nullable): "file:PATH" of a WAV file, "test"; NULL: what lan_node_set_audio() said
 *
 * Returns: (transfer full): records until lan_note_sound_stop(), or for a minute.
 */
LAN_API LanNoteSound *lan_node_record_note (LanNode *self, const char *source);

/**
 * lan_node_play_note:
 * @ms: where to begin
 * @speed: per mille, 500 to 3000
 *
 * Returns: (transfer full): plays @note.
 */
LAN_API LanNoteSound *lan_node_play_note (LanNode *self, LanVoiceNote *note, guint ms, guint speed);

/** lan_note_sound_stop: Ends recording; "taken" follows. */
LAN_API void lan_note_sound_stop (LanNoteSound *self);

/**
 * lan_node_send_note:
 *
 * Returns: (transfer full) (nullable): id of the message; NULL with @error when @person cannot be
 *   written to.
 */
LAN_API char *lan_node_send_note (LanNode *self, LanPerson *person, LanVoiceNote *note,
                                  GError **error);

/**
 * lan_node_read_note_async:
 * @message: of %LAN_MESSAGE_KIND_NOTE
 *
 * Reads its sound from the history.
 */
LAN_API void lan_node_read_note_async (LanNode *self, LanMessage *message,
                                       GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * lan_node_read_note_finish:
 *
 * Returns: (transfer full) (nullable): what was said; NULL with @error.
 */
LAN_API LanVoiceNote *lan_node_read_note_finish (LanNode *self, GAsyncResult *result,
                                                 GError **error);

G_END_DECLS
