using System.Collections;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Reads the access by API that a token of Application Users has.</summary>
public static class AccessLevels
{
    /// <summary>The level of each API, such as Full; empty where the service has none.</summary>
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
