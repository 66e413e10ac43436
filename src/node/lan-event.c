/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-event.h"

#include "lan-sticker.h"
#include "lan-voice-note.h"

LanEvent *
lan_event_new (LanEventType type)
{
  LanEvent *event = g_new0 (LanEvent, 1);

  event->type = type;
  return event;
}

void
lan_person_info_clear (LanPersonInfo *info)
{
  g_free (info->name);
  g_free (info->note);
  g_free (info->status_text);
  g_free (info->login);
  g_free (info->title);
  g_free (info->department);
  memset (info, 0, sizeof *info);
}

void
lan_call_info_clear (LanCallInfo *info)
{
  g_clear_pointer (&info->box, lan_picture_box_unref);
}

void
lan_message_info_clear (LanMessageInfo *info)
{
  g_clear_pointer (&info->note_peaks, g_bytes_unref);
  g_free (info->sticker_set);
  g_free (info->text);
  g_free (info->quote_text);
  g_free (info->forwarded_from);
  g_free (info->imported_from);
  g_free (info->carrier);
  g_clear_pointer (&info->reactions, g_ptr_array_unref);
  g_clear_pointer (&info->event_people, g_array_unref);
  memset (info, 0, sizeof *info);
}

void
lan_message_info_free (LanMessageInfo *info)
{
  if (info == NULL)
    return;
  lan_message_info_clear (info);
  g_free (info);
}

void
lan_transfer_info_clear (LanTransferInfo *info)
{
  lan_transfer_row_clear (&info->row);
  g_free (info->error_text);
  memset (info, 0, sizeof *info);
}

void
lan_server_info_clear (LanServerInfo *info)
{
  g_free (info->name);
  g_free (info->address);
  g_free (info->login);
  g_free (info->error_code);
  g_free (info->error_text);
  g_free (info->warning_code);
  g_free (info->warning_text);
  memset (info, 0, sizeof *info);
}

void
lan_device_info_clear (LanDeviceInfo *info)
{
  g_free (info->id);
  g_free (info->name);
  memset (info, 0, sizeof *info);
}

static void
device_info_free (LanDeviceInfo *info)
{
  lan_device_info_clear (info);
  g_free (info);
}

GPtrArray *
lan_device_infos_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) device_info_free);
}

void
lan_device_link_info_clear (LanDeviceLinkInfo *info)
{
  g_free (info->code);
  g_free (info->qr_text);
  g_free (info->other_name);
  g_free (info->person_name);
  g_free (info->error_code);
  g_free (info->error_text);
  memset (info, 0, sizeof *info);
}

GPtrArray *
lan_message_infos_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lan_message_info_free);
}

void
lan_share_info_clear (LanShareInfo *info)
{
  g_free (info->name);
  g_free (info->owner);
  g_free (info->dir);
  g_free (info->error);
  g_clear_pointer (&info->members, g_ptr_array_unref);
  *info = (LanShareInfo){ 0 };
}

static void
member_news_free (LanGroupMemberNews *news)
{
  g_free (news->name);
  g_free (news);
}

GPtrArray *
lan_group_member_news_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) member_news_free);
}

void
lan_group_chat_info_clear (LanGroupChatInfo *info)
{
  g_free (info->name);
  g_free (info->topic);
  g_clear_pointer (&info->picture, g_bytes_unref);
  g_clear_pointer (&info->members, g_ptr_array_unref);
  *info = (LanGroupChatInfo){ 0 };
}

void
lan_event_free (LanEvent *event)
{
  if (event == NULL)
    return;
  switch (event->type) {
  case LAN_EVENT_SELF:
  case LAN_EVENT_PERSON:
    lan_person_info_clear (&event->person);
    break;
  case LAN_EVENT_CONVERSATION:
  case LAN_EVENT_DRAFT:
    g_free (event->conversation.draft);
    break;
  case LAN_EVENT_PREVIEW:
  case LAN_EVENT_MESSAGE:
  case LAN_EVENT_MESSAGE_STATE:
  case LAN_EVENT_MESSAGE_CHANGED:
    lan_message_info_clear (&event->message);
    break;
  case LAN_EVENT_TRANSFER:
    lan_transfer_info_clear (&event->transfer);
    break;
  case LAN_EVENT_SERVER:
    lan_server_info_clear (&event->server);
    break;
  case LAN_EVENT_SHARE:
    lan_share_info_clear (&event->share);
    break;
  case LAN_EVENT_GROUP:
    lan_group_chat_info_clear (&event->group);
    break;
  case LAN_EVENT_DEVICE_LINK:
    lan_device_link_info_clear (&event->device_link);
    break;
  case LAN_EVENT_CALL:
    lan_call_info_clear (&event->call);
    break;
  case LAN_EVENT_DEVICES:
  case LAN_EVENT_OPENED:
  case LAN_EVENT_CLOSED:
  case LAN_EVENT_PERSON_REMOVED:
  case LAN_EVENT_LINK_STATE:
  case LAN_EVENT_SETTING:
  case LAN_EVENT_HIDDEN:
  case LAN_EVENT_REREAD:
  case LAN_EVENT_CARRY:
  case LAN_EVENT_PROTECTION:
  case LAN_EVENT_NOTICE:
  case LAN_EVENT_STICKERS:
  case LAN_EVENT_REPLY:
    break;
  }
  g_free (event->code);
  g_free (event->text);
  g_clear_error (&event->error);
  g_clear_object (&event->task);
  g_clear_pointer (&event->devices, g_ptr_array_unref);
  g_clear_pointer (&event->messages, g_ptr_array_unref);
  g_clear_pointer (&event->objects, g_ptr_array_unref);
  lan_person_stats_free (event->stats);
  g_clear_pointer (&event->note, lan_voice_note_unref);
  g_clear_pointer (&event->sticker, lan_sticker_unref);
  g_clear_pointer (&event->edits, g_ptr_array_unref);
  g_clear_pointer (&event->entries, g_ptr_array_unref);
  g_free (event);
}
