/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-emoji-shelf.h"

#include <gio/gio.h>
#include <stdlib.h>

#define SETTING_RECENT "app.emoji-recent"
#define SETTING_TONE   "app.emoji-tone"

LanEmojiTable *
lan_emoji_shelf_get_table (void)
{
  static LanEmojiTable *table;

  if (table == NULL) {
    g_autoptr (GBytes) data = g_resources_lookup_data ("/io/github/lanyard/Lanyard/emoji.tsv",
                                                       G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    gsize len = 0;
    const char *text = data != NULL ? g_bytes_get_data (data, &len) : "";

    table = lan_emoji_table_new (text, len);
  }
  return table;
}

const char *
lan_emoji_shelf_get_name (const LanEmoji *emoji)
{
  gboolean is_chinese = g_str_has_prefix (g_get_language_names ()[0], "zh");

  return emoji->names[is_chinese ? LAN_EMOJI_CHINESE : LAN_EMOJI_ENGLISH];
}

char **
lan_emoji_shelf_dup_recent (LanNode *node)
{
  const char *kept = lan_node_get_setting (node, SETTING_RECENT);

  return g_strsplit (kept != NULL ? kept : "", " ", LAN_EMOJI_RECENT_MAX);
}

void
lan_emoji_shelf_note (LanNode *node, const char *text)
{
  g_autofree char *kept = lan_emoji_recent_add (lan_node_get_setting (node, SETTING_RECENT), text);

  lan_node_set_setting (node, SETTING_RECENT, kept);
}

guint
lan_emoji_shelf_get_tone (LanNode *node)
{
  const char *kept = lan_node_get_setting (node, SETTING_TONE);
  int tone = kept != NULL ? atoi (kept) : 0;

  return tone > 0 && tone < LAN_EMOJI_TONES ? (guint) tone : 0;
}

void
lan_emoji_shelf_set_tone (LanNode *node, guint tone)
{
  g_autofree char *text = g_strdup_printf ("%u", tone);

  lan_node_set_setting (node, SETTING_TONE, text);
}
