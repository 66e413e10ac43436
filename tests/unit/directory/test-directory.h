/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include "dir-world.h"
#include "lan-password.h"

void add_registry_tests (void);
void add_client_tests (void);
void add_own_device_tests (void);
void add_restart_tests (void);
void add_server_key_tests (void);
