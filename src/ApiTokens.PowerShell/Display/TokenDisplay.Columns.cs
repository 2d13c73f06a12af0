using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;
using ApiTokens.Audit;

namespace ApiTokens.PowerShell.Display;

/// <content>
/// Columns that are shortened to the width of the console. PowerShell drops the last columns of a table that is too wide, and the last
/// one is the id.
/// </content>
public static partial class TokenDisplay
{
    private const int StatusWidth = 8;
    private const int ExpiresWidth = 9;
    private const int ConnectionWidth = 17;
    private const int IdWidth = 24;
    private const int PermissionsHeader = 11;
    private const int SeverityWidth = 11;
    private const int RuleIdWidth = 15;
    private const int OtherConnectionColumns = 59;

    /// <summary>Formats the name of a token for a table that has one connection.</summary>
    /// <param name="instance">The token.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The name, shortened if necessary.</returns>
    public static string ShowName(PSObject instance, EngineIntrinsics engine) =>
        Shorten(ShowText(instance, nameof(ApiToken.Name)), Widths(instance, engine).Name);

    /// <summary>Formats the name of a token for a table that has several connections.</summary>
    /// <param name="instance">The token.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The name, shortened if necessary.</returns>
    public static string ShowNameBesideConnection(PSObject instance, EngineIntrinsics engine) => Shorten(
        ShowText(instance, nameof(ApiToken.Name)), ConsoleWidth(engine) - StatusWidth - ExpiresWidth - ConnectionWidth - IdWidth - 4);

    /// <summary>Formats the owner of a token.</summary>
    /// <param name="instance">The token.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The owner, shortened if necessary.</returns>
    public static string ShowOwner(PSObject instance, EngineIntrinsics engine) =>
        Shorten(ShowText(instance, nameof(ApiToken.Owner)), Widths(instance, engine).Owner);

    /// <summary>Formats the permissions of a token for a table.</summary>
    /// <param name="instance">The token.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The permissions, shortened if necessary.</returns>
    public static string ShowShortPermissions(PSObject instance, EngineIntrinsics engine) =>
        Shorten(ShowPermissions(instance), Widths(instance, engine).Permissions);

    /// <summary>Formats the account of a connection.</summary>
    /// <param name="instance">The connection.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The account, shortened if necessary.</returns>
    public static string ShowAccount(PSObject instance, EngineIntrinsics engine) =>
        Shorten(ShowText(instance, nameof(ApiToken.Account)), ConsoleWidth(engine) - OtherConnectionColumns);

    /// <summary>Formats the message of a finding, with line breaks between words.</summary>
    /// <param name="instance">The finding.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The lines of the message.</returns>
    public static string ShowMessage(PSObject instance, EngineIntrinsics engine)
    {
        int width = ConsoleWidth(engine) - SeverityWidth - RuleIdWidth - ConnectionWidth - 3;
        var lines = new StringBuilder();
        int length = 0;
        foreach (string word in ShowText(instance, nameof(TokenFinding.Message)).Split(' '))
        {
            bool fits = length == 0 || length + 1 + word.Length <= width;
            lines.Append(length == 0 ? string.Empty : fits ? " " : Environment.NewLine).Append(word);
            length = fits ? length + (length == 0 ? 0 : 1) + word.Length : word.Length;
        }

        return lines.ToString();
    }

    // Name, owner and permissions share what the other columns leave. The ids of a connection have about the same length.
    private static (int Name, int Owner, int Permissions) Widths(PSObject instance, EngineIntrinsics engine)
    {
        int id = Math.Min(IdWidth, ShowText(instance, nameof(ApiToken.Id)).Length);
        int free = Math.Max(33, ConsoleWidth(engine) - StatusWidth - ExpiresWidth - id - 5);
        int owner = free * 3 / 10;
        int permissions = Math.Max(PermissionsHeader, owner);
        return (free - owner - permissions, owner, permissions);
    }

    private static string Shorten(string text, int width) =>
        text.Length <= width ? text : $"{text.Substring(0, Math.Max(1, width - 1))}…";

    private static int ConsoleWidth(EngineIntrinsics engine)
    {
        try
        {
            // PowerShell does not use the last column of a console.
            return (engine.Host.UI?.RawUI is { BufferSize.Width: >= 80 and var width } ? width : 80) - 1;
        }
        catch (Exception e) when (e is HostException or NotImplementedException or PSNotImplementedException)
        {
            // The host has no console.
            return 119;
        }
    }
}
