using System.Management.Automation;
using System.Security;
using System.Text;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Files that only their owner can read: the secret and nothing else, without a line break.</summary>
internal sealed class FileDelivery(PSCmdlet cmdlet, SecretPlace path, bool overwrite) : SecretDelivery
{
    private readonly Dictionary<string, (string File, byte[] Content)> _before = new(StringComparer.Ordinal);

    public override void Prepare()
    {
        if (path.Text is { } text)
        {
            Check(FullPath(text));
        }
    }

    public override void Revert(string key)
    {
        if (_before.TryGetValue(key, out (string File, byte[] Content) before))
        {
            try
            {
                OwnerOnlyFile.Write(before.File, before.Content, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ApiTokenException(ErrorKind.InvalidOperation, $"What was in '{before.File}' could not be put back: {e.Message}", null, ErrorIds.SecretNotSaved);
            }
        }
    }

    protected override string? PlaceBefore(ApiToken token) => path.Text is { } text ? FullPath(text) : null;

    protected override string PlaceOf(PSObject item) => path.For(item) is { Length: > 0 } text
        ? FullPath(text)
        : throw ApiTokenException.InvalidParameter("Path", "the script block gave no path.", "Give one that makes a path of the token in $_.");

    protected override void SaveAt(string place, PSObject item, SecureString secret, string key, string? replaces)
    {
        Check(place);
        try
        {
            if (replaces is not null && File.Exists(place))
            {
                _before[key] = (place, File.ReadAllBytes(place));
            }

            OwnerOnlyFile.Write(place, Encoding.UTF8.GetBytes(SecretText.ToPlainText(secret)), overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation, $"The secret could not be written to '{place}': {e.Message}", "See to the file, then: Save-ApiTokenSecret", ErrorIds.SecretNotSaved);
        }
    }

    private string FullPath(string text)
    {
        string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(text, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem"
            ? full
            : throw ApiTokenException.InvalidParameter("Path", $"'{text}' is no path of a file.", "Give one in the file system.");
    }

    private void Check(string file)
    {
        string? folder = Path.GetDirectoryName(file);
        if (Directory.Exists(file) || folder is null || !Directory.Exists(folder))
        {
            throw new ApiTokenException(
                ErrorKind.ObjectNotFound, $"-Path: '{file}' cannot be a file: {(Directory.Exists(file) ? "it is a folder" : "its folder is not there")}.", "Give the path of a file in a folder that is there.", "InvalidPath");
        }

        if (!overwrite && File.Exists(file))
        {
            throw new ApiTokenException(ErrorKind.ResourceExists, $"-Path: '{file}' is there already.", "Give another path, or -Force to overwrite it.", ErrorIds.SecretExists);
        }
    }
}
