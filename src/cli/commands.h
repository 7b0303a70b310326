/* The commands of the program. argv[0] is the command's name; each returns the exit status: 0 done and true; 1 the
 * answer is "no"; 2 the question was wrong; 3 the machine or the program failed.
 */
#ifndef PH_CLI_COMMANDS_H
#define PH_CLI_COMMANDS_H

int ph_cli_dev(int argc, char **argv);
int ph_cli_sim(int argc, char **argv);
int ph_cli_bench(int argc, char **argv);
int ph_cli_tool(int argc, char **argv);

/* Of `tool`; tool scale and tool vectors stand in cli/tool_scale.h and cli/vectors_files.h. */
int ph_cli_tool_hash(int argc, char **argv);
int ph_cli_tool_key(int argc, char **argv);
int ph_cli_tool_erasure(int argc, char **argv);
int ph_cli_tool_trie(int argc, char **argv);
int ph_cli_tool_genesis(int argc, char **argv);
int ph_cli_tool_spec(int argc, char **argv);
int ph_cli_tool_storage_key(int argc, char **argv);
int ph_cli_tool_pvf(int argc, char **argv);
int ph_cli_tool_extrinsic(int argc, char **argv);
int ph_cli_tool_submit(int argc, char **argv);
int ph_cli_tool_ask(int argc, char **argv);
int ph_cli_tool_execute(int argc, char **argv);
int ph_cli_tool_metadata(int argc, char **argv);

#endif
