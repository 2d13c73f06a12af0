using System.Collections;
using System.Management.Automation.Language;
using ApiTokens.Audit;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads a policy file: one hashtable of constants, as for Import-PowerShellDataFile. No code in the file is run.</summary>
internal static class PolicyFile
{
    private const int MaxLength = 64 * 1024;
    private const string Help = "Specify a .psd1 file with one table of keys and constant values. See docs/policy.md.";

    public static FindingPolicy Read(string path)
    {
        if (!File.Exists(path))
        {
            throw ApiTokenException.InvalidParameter("Policy", $"the file '{path}' does not exist.", Help);
        }

        // Opening a pipe may wait forever.
        if (FileTrust.IsSpecial(path))
        {
            throw ApiTokenException.InvalidParameter("Policy", $"'{path}' is a device or a pipe.", Help);
        }

        string content = ReadText(path);
        if (PolicyText.FindUnsafe(content) is { } found)
        {
            throw ApiTokenException.InvalidParameter("Policy", $"line {found.Line} of '{path}' {found.Reason}.", Help);
        }

        ScriptBlockAst script = Parser.ParseInput(content, path, out _, out ParseError[] errors);
        if (errors.Length > 0)
        {
            throw ApiTokenException.InvalidParameter(
                "Policy", $"line {errors[0].Extent.StartLineNumber} of '{path}' cannot be read: {errors[0].Message}", Help);
        }

        HashtableAst table = OnlyTable(script)
            ?? throw ApiTokenException.InvalidParameter("Policy", $"'{path}' does not consist of one table.", Help);
        return PolicyTable.Read(Constants(table, path));
    }

    // The length that the file system reports is not used, because a device has none.
    private static string ReadText(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var text = new char[MaxLength + 1];
            int length = reader.ReadBlock(text, 0, text.Length);
            return length <= MaxLength
                ? new string(text, 0, length)
                : throw ApiTokenException.InvalidParameter("Policy", $"'{path}' is larger than {MaxLength >> 10} KiB.", Help);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidArgument, $"-Policy: '{path}' cannot be read: {e.Message}", Help, "InvalidPolicy", e);
        }
    }

    private static HashtableAst? OnlyTable(ScriptBlockAst script) =>
        script is { UsingStatements.Count: 0, ParamBlock: null, DynamicParamBlock: null, BeginBlock: null, ProcessBlock: null }
        && script.EndBlock?.Statements is { Count: 1 } statements
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
                ErrorKind.InvalidArgument, $"-Policy: '{path}' contains values that are not constants: {e.Message}", Help, "InvalidPolicy",
                e);
        }
    }
}
