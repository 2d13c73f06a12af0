using System.Management.Automation;
using System.Security;
using System.Text;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Saves secrets in files that only their owner can read. A file contains only the secret, without a line break.</summary>
internal sealed class FileDelivery(PSCmdlet cmdlet, SecretDestination path, bool overwrite) : StoredDelivery
{
    private const string ParentReason = "which contains '..', so the name of a token could choose the folder";

    private readonly Dictionary<string, (string File, byte[] Content)> _previous = new(StringComparer.Ordinal);

    protected override string Parameter => "Path";

    protected override string UniqueExample => "{ \"$($_.Id).txt\" }";

    public override void Prepare()
    {
        if (path.Text is { } text)
        {
            Check(FullPath(text));
        }
        else if (path.Script is { } script && LiteralFolder.Of(script, cmdlet.SessionState.PSVariable) is { Length: > 0 } folder
            && !folder.Contains(':') && !Directory.Exists(FullPath(folder)))
        {
            throw ApiTokenException.InvalidParameter(
                Parameter, $"the folder '{ForeignText.Argument(folder)}' of the script block does not exist.", "Create it first.");
        }
    }

    public override void Forget(string key) => _previous.Remove(key);

    public override SecureString? Revert(string key, PSObject? old, SecureString? oldSecret)
    {
        if (_previous.TryGetValue(key, out (string File, byte[] Content) previous))
        {
            try
            {
                OwnerOnlyFile.Write(previous.File, previous.Content, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ApiTokenException(
                    ErrorKind.InvalidOperation,
                    $"The previous content of '{previous.File}' could not be restored: {e.Message}",
                    advice: null,
                    ErrorIds.SecretNotSaved);
            }

            return AsSecret(previous.Content);
        }

        return null;
    }

    protected override void RequireWritable(string destination, string? replaces)
    {
        try
        {
            Check(destination);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or IOException)
        {
            throw ApiTokenException.InvalidParameter(
                Parameter, $"'{ForeignText.Argument(destination)}' is not a valid path: {e.Message}", "Specify the path of a file.");
        }
    }

    protected override string SpecifiedFor(PSObject item) => path.For(item);

    protected override string DestinationOf(string specified, PSObject item)
    {
        if (specified.Length == 0)
        {
            throw ApiTokenException.InvalidParameter(
                Parameter, "the script block returned no path.", "Specify a script block that returns a path for the token in $_.");
        }

        string file = FullPath(specified);
        if (!overwrite && path.Script is { } script)
        {
            RequireInFolder(script, specified, file, item);
        }

        return file;
    }

    // A file contains only the secret, so it is not known whose it is.
    protected override bool? ContainsAt(string destination, ApiToken token) => File.Exists(destination) ? null : false;

    protected override void SaveAt(string destination, PSObject item, SecureString secret, string key, string? replaces)
    {
        Check(destination);
        try
        {
            if (replaces is not null && File.Exists(destination))
            {
                _previous[key] = (destination, File.ReadAllBytes(destination));
            }

            OwnerOnlyFile.Write(destination, Encoding.UTF8.GetBytes(SecretText.ToPlainText(secret)), overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The secret could not be written to '{destination}': {e.Message}",
                "Fix the problem with the file, then run Save-ApiTokenSecret.",
                ErrorIds.SecretNotSaved);
        }
    }

    // If the folder of the script block is not known, a path with .. is not accepted, nor one that starts as a text of the token does,
    // where that text is the start of a path: the service would choose the folder.
    private void RequireInFolder(ScriptBlock script, string text, string file, PSObject item)
    {
        string? reason;
        if (LiteralFolder.Of(script, cmdlet.SessionState.PSVariable) is { } folder)
        {
            char separator = Path.DirectorySeparatorChar;
            string root = FullPath(folder.Length == 0 ? "." : folder).TrimEnd(separator) + separator;
            StringComparison comparison = separator == '\\' ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            reason = folder.Length == 0 && HasParent(text) ? ParentReason
                : Path.GetFullPath(file).StartsWith(Path.GetFullPath(root), comparison) ? null
                : "which leaves the folder that it names";
        }
        else
        {
            reason = HasParent(text) ? ParentReason
                : ForeignTexts(item).Any(part => IsRooted(part) && text.StartsWith(part, StringComparison.OrdinalIgnoreCase))
                    ? "which starts with a path in a property of the token"
                : null;
        }

        if (reason is not null)
        {
            throw ApiTokenException.InvalidParameter(
                Parameter,
                $"the script block returned '{ForeignText.Argument(text)}', {reason}.",
                "The name of a token comes from its service. Use the id, as in \"$folder/$($_.Id).txt\", or specify -Force.");
        }
    }

    private static bool HasParent(string path) => path.Split('/', '\\').Contains("..");

    // A file that the module did not write may have any content.
    private static SecureString? AsSecret(byte[] content)
    {
        SecureString secret = SecretText.ToSecureString(Encoding.UTF8.GetString(content).TrimEnd('\r', '\n'));
        return SecretText.FitsHeader(secret) ? secret : null;
    }

    private static IEnumerable<string> ForeignTexts(PSObject item) => item.Properties
        .Where(property => property.IsGettable && property.Name != nameof(PlainTextToken.Secret))
        .SelectMany(property => property.Value is string[] texts ? texts : [property.Value?.ToString() ?? string.Empty])
        .Select(text => text.Trim());

    // A slash, the home folder, or a drive.
    private static bool IsRooted(string text) => text.Length > 0 && (text[0] is '/' or '\\' or '~' || text.Contains(':'));

    private string FullPath(string text)
    {
        string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(text, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem"
            ? full
            : throw ApiTokenException.InvalidParameter(
                Parameter, $"'{ForeignText.Argument(text)}' is not a file system path.", "Specify a path in the file system.");
    }

    private void Check(string file)
    {
        string? folder = Path.GetDirectoryName(file);
        if (Directory.Exists(file) || folder is null || !Directory.Exists(folder))
        {
            throw new ApiTokenException(
                ErrorKind.ObjectNotFound,
                Directory.Exists(file) ? $"-Path: '{file}' is a folder." : $"-Path: the folder of '{file}' does not exist.",
                "Specify the path of a file in an existing folder.",
                "InvalidPath");
        }

        if (FileTrust.IsSpecial(file))
        {
            throw ApiTokenException.InvalidParameter(Parameter, $"'{file}' is a device or a pipe.", "Specify the path of a file.");
        }

        if (!overwrite && File.Exists(file))
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"-Path: '{file}' already exists.",
                "Specify another path, or -Force to overwrite the file.",
                ErrorIds.SecretExists);
        }
    }
}
