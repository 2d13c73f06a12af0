using System.Collections;
using System.Management.Automation.Language;
using ApiTokens.Audit;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads a policy file: one table of constants, as Import-PowerShellDataFile takes it. Nothing in it is run.</summary>
internal static class PolicyFile
{
    private const int LongestFile = 1024 * 1024;
    private const string Help = "Give a .psd1 file with one table of keys and constant values, as docs/policy.md has it.";

    public static FindingPolicy Read(string path)
    {
        if (!File.Exists(path))
        {
            throw ApiTokenException.InvalidParameter("Policy", $"there is no file '{path}'.", Help);
        }

        ScriptBlockAst script = Parser.ParseInput(ReadText(path), path, out _, out ParseError[] errors);
        if (errors.Length > 0)
        {
            throw ApiTokenException.InvalidParameter(
                "Policy", $"line {errors[0].Extent.StartLineNumber} of '{path}' cannot be read: {errors[0].Message}", Help);
        }

        HashtableAst table = OnlyTable(script)
            ?? throw ApiTokenException.InvalidParameter("Policy", $"'{path}' is something else than one table.", Help);
        return PolicyTable.Read(Constants(table, path));
    }

    // The length that the file system tells is no limit: a device has none.
    private static string ReadText(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var text = new char[LongestFile + 1];
            int length = reader.ReadBlock(text, 0, text.Length);
            return length <= LongestFile
                ? new string(text, 0, length)
                : throw ApiTokenException.InvalidParameter("Policy", $"'{path}' is larger than a policy can be.", Help);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiTokenException(ErrorKind.InvalidArgument, $"-Policy: '{path}' cannot be read: {e.Message}", Help, "InvalidPolicy", e);
        }
    }

    private static HashtableAst? OnlyTable(ScriptBlockAst script) =>
        script is { UsingStatements.Count: 0, ParamBlock: null, DynamicParamBlock: null, BeginBlock: null, ProcessBlock: null, EndBlock.Statements: { Count: 1 } statements }
        && statements[0] is PipelineAst { PipelineElements: { Count: 1 } elements }
        && elements[0] is CommandExpressionAst { Expression: HashtableAst table }
            ? table
            : null;

    private static IDictionary Constants(HashtableAst table, string path)
    {
        try
        {
            return (IDictionary)table.SafeGetValue();
        }
        catch (InvalidOperationException e)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidArgument, $"-Policy: '{path}' has something else than constants: {e.Message}", Help, "InvalidPolicy", e);
        }
    }
}
