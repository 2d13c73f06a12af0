using System.Collections;
using System.Management.Automation.Language;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Reads a .psd1 file: one hashtable of constants, as for Import-PowerShellDataFile. No code in the file is run. An error names the line
/// or the key, and never quotes a value of the file.
/// </summary>
/// <param name="parameter">The parameter with the path, for errors.</param>
/// <param name="help">The recommended action of errors.</param>
internal sealed class ConstantFile(string parameter, string help)
{
    private const int MaxLength = 64 * 1024;

    public IDictionary Read(string path)
    {
        if (!File.Exists(path))
        {
            throw Invalid($"the file '{path}' does not exist.");
        }

        // Opening a pipe may wait forever.
        if (FileTrust.IsSpecial(path))
        {
            throw Invalid($"'{path}' is a device or a pipe.");
        }

        string content = ReadText(path);
        if (ConstantText.FindUnsafe(content) is { } found)
        {
            throw Invalid($"line {found.Line} of '{path}' {found.Reason}.");
        }

        ScriptBlockAst script = Parser.ParseInput(content, path, out _, out ParseError[] errors);
        if (errors.Length > 0)
        {
            throw Invalid($"line {errors[0].Extent.StartLineNumber} of '{path}' cannot be read: {errors[0].Message}");
        }

        HashtableAst table = OnlyTable(script) ?? throw Invalid($"'{path}' does not consist of one table.");
        try
        {
            return (IDictionary)table.SafeGetValue();
        }
        catch (InvalidOperationException e)
        {
            throw Invalid($"'{path}' contains values that are not constants: {e.Message}", e);
        }
    }

    // The length that the file system reports is not used, because a device has none.
    private string ReadText(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var text = new char[MaxLength + 1];
            int length = reader.ReadBlock(text, 0, text.Length);
            return length <= MaxLength ? new string(text, 0, length) : throw Invalid($"'{path}' is larger than {MaxLength >> 10} KiB.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    private ApiTokenException Invalid(string message, Exception? inner = null) =>
        ApiTokenException.OfField(parameter, ErrorKind.InvalidArgument, message, help, $"Invalid{parameter}", inner);

    private static HashtableAst? OnlyTable(ScriptBlockAst script) =>
        script is { UsingStatements.Count: 0, ParamBlock: null, DynamicParamBlock: null, BeginBlock: null, ProcessBlock: null }
        && script.EndBlock?.Statements is { Count: 1 } statements
        && statements[0] is PipelineAst { PipelineElements: { Count: 1 } elements }
        && elements[0] is CommandExpressionAst { Expression: HashtableAst table }
            ? table
            : null;
}
