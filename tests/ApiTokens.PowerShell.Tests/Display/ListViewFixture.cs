using System.Xml.Linq;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Display;

/// <summary>
/// A session that shows the list views of the module. Format-List is not in the engine; without the table views, the engine
/// shows an object in its list view.
/// </summary>
public sealed class ListViewFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-");

    public ListViewFixture()
    {
        XDocument views = XDocument.Load(FormatFile);
        views.Descendants("View").Where(view => view.Element("TableControl") is not null).Remove();
        views.Save(Path.Combine(_folder.FullName, "ListViews.ps1xml"));
        string manifest = Path.Combine(_folder.FullName, "ListViews.psd1");
        File.WriteAllText(manifest, "@{ ModuleVersion = '1.0'; FormatsToProcess = @('ListViews.ps1xml') }");
        Session.Run("param($Path) Import-Module $Path", manifest).ShouldSucceed();
    }

    /// <summary>The module's file of views.</summary>
    public static string FormatFile => Path.Combine(Repository.Module, "ApiTokens.Format.ps1xml");

    public ModuleSession Session { get; } = new(import: false);

    public void Dispose()
    {
        Session.Dispose();
        _folder.Delete(recursive: true);
    }
}
