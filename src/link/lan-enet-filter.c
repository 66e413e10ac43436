/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-enet-filter.h"

#include "lan-bytes.h"
#include "lan-channel.h"

#include <enet/enet.h>

/* The least number of fragments of a frame is far below this: ENet cuts at the MTU. */
#define FRAGMENTS_MAX 1024

/* u32 start and count words follow the header of a fragment: protocol.h, ENetProtocolSendFragment. */
static gboolean
accepts_fragment (LanReader *r)
{
  guint16 len;
  guint32 count, number, total, offset;

  lan_read_u16_be (r); /* start sequence number */
  len = lan_read_u16_be (r);
  count = lan_read_u32_be (r);
  number = lan_read_u32_be (r);
  total = lan_read_u32_be (r);
  offset = lan_read_u32_be (r);
  return len > 0 && count > 0 && count <= FRAGMENTS_MAX && number < count &&
         total <= LAN_CHANNEL_FRAME_MAX && offset < total && len <= total - offset &&
         lan_read_span (r, len) != NULL;
}

static gboolean
accepts_command (LanReader *r, guint channels)
{
  guint8 command = lan_read_u8 (r);
  guint8 channel = lan_read_u8 (r);
  gsize fixed;

  lan_read_u16_be (r); /* reliable sequence number */
  switch (command & ENET_PROTOCOL_COMMAND_MASK) {
  case ENET_PROTOCOL_COMMAND_SEND_RELIABLE:
    return channel < channels && lan_read_span (r, lan_read_u16_be (r)) != NULL;
  case ENET_PROTOCOL_COMMAND_SEND_FRAGMENT:
    return channel < channels && accepts_fragment (r);
  case ENET_PROTOCOL_COMMAND_ACKNOWLEDGE:
  case ENET_PROTOCOL_COMMAND_CONNECT:
  case ENET_PROTOCOL_COMMAND_VERIFY_CONNECT:
  case ENET_PROTOCOL_COMMAND_DISCONNECT:
  case ENET_PROTOCOL_COMMAND_PING:
  case ENET_PROTOCOL_COMMAND_BANDWIDTH_LIMIT:
  case ENET_PROTOCOL_COMMAND_THROTTLE_CONFIGURE:
    fixed = enet_protocol_command_size (command & ENET_PROTOCOL_COMMAND_MASK);
    return fixed >= 4 && lan_read_span (r, fixed - 4) != NULL;
  default:
    return FALSE;
  }
}

gboolean
lan_enet_filter_accepts (const guint8 *data, gsize len, guint channels)
{
  LanReader r;
  guint16 flags;
  guint commands = 0;

  lan_reader_init (&r, data, len);
  flags = lan_read_u16_be (&r);
  if (flags & ENET_PROTOCOL_HEADER_FLAG_COMPRESSED)
    return FALSE;
  if (flags & ENET_PROTOCOL_HEADER_FLAG_SENT_TIME)
    lan_read_u16_be (&r);
  if (r.failed)
    return FALSE;
  while (lan_reader_left (&r) > 0) {
    if (!accepts_command (&r, channels) || r.failed ||
        ++commands > ENET_PROTOCOL_MAXIMUM_PACKET_COMMANDS)
      return FALSE;
  }
  return commands > 0;
}
