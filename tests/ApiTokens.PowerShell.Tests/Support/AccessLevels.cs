using System.Collections;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Reads the access by API of an Application Users token.</summary>
public static class AccessLevels
{
    /// <summary>The level of each API, such as Full; empty if the service has no access levels.</summary>
    public static IReadOnlyDictionary<string, string> Access(this PSObject token)
    {
        Dictionary<string, string> levels = [];
        if (token.Get("Access") is IEnumerable access)
        {
            foreach (PSObject entry in access.Cast<object>().Select(PSObject.AsPSObject))
            {
                levels.Add(entry.Text("Key"), entry.Text("Value"));
            }
        }

        return levels;
    }
}
