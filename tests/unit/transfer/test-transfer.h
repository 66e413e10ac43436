/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The parts of this module's test program: each adds its tests. */
#pragma once

void add_hostile_tests (void);
void add_left_tests (void);
void add_folder_tests (void);
void add_group_tests (void);
void add_restart_tests (void);
void add_swarm_tests (void);
void add_swarm_lanes_tests (void);
void add_swarm_late_tests (void);
